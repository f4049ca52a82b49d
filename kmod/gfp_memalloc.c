// SPDX-License-Identifier: GPL-2.0
/*
 * gfp_memalloc - who may go below the min watermark, and how far
 *
 * The reserve is memory that must come back: whoever takes it does so to free
 * more. Who is entitled belongs to one of four classes, and they are not equal;
 * gfp_class.c tells which.
 *
 * Each class is charged to a group of the reservation tree (reserve.h) and
 * stops where the unused reservations of those before it begin. So transmit
 * can never take receive's share, which the kernel's own rule (all of the
 * reserve to everybody entitled) does not say. While the tree is not active,
 * parts of the min watermark take its place.
 *
 * Order-0 pages only, where the caller has a smaller order to fall back to, as
 * for fragments; buffers of a jumbo ring may be larger.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "alloc_list.h"
#include "entitled.h"
#include "gfp_memalloc.h"
#include "netswap.h"
#include "reserve.h"
#include "trace.h"

enum {
	GRANTED, GRANTED_OOM,
	TAKEN_RECEIVE, TAKEN_REFILL, TAKEN_TRANSMIT, TAKEN_RECLAIM,
	REFUSED_RECEIVE, REFUSED_REFILL, REFUSED_TRANSMIT, REFUSED_RECLAIM,
	REFUSED_ORDER, MARKED, UNMARKED, POLICY_LIFTED, BATCH_CUT,
	CHECK_LISTED, CHECK_UNLISTED,
};

static const char * const counter_names[] = {
	[GRANTED] = "granted",
	[GRANTED_OOM] = "granted_oom",
	[TAKEN_RECEIVE] = "pages_receive",
	[TAKEN_REFILL] = "pages_refill",
	[TAKEN_TRANSMIT] = "pages_transmit",
	[TAKEN_RECLAIM] = "pages_reclaim",
	[REFUSED_RECEIVE] = "refused_receive",
	[REFUSED_REFILL] = "refused_refill",
	[REFUSED_TRANSMIT] = "refused_transmit",
	[REFUSED_RECLAIM] = "refused_reclaim",
	[REFUSED_ORDER] = "refused_order",
	[MARKED] = "pages_marked",
	[UNMARKED] = "pages_not_marked",
	[POLICY_LIFTED] = "policy_lifted",
	[BATCH_CUT] = "batches_cut",
	[CHECK_LISTED] = "check_listed",
	[CHECK_UNLISTED] = "check_unlisted",
};

static struct netswap_mechanism mech;
static unsigned long lowest_free = ULONG_MAX;	/* of a zone */
static unsigned long lowest_share = ULONG_MAX;	/* of all, left for receive */

/* Pages that a class leaves in a zone whose min watermark is @min, without a tree. */
VISIBLE_IF_KUNIT unsigned long
gfp_memalloc_floor(enum gfp_memalloc_class class, unsigned long min)
{
	switch (class) {
	case GFP_MEMALLOC_RECEIVE:
		return 0;
	case GFP_MEMALLOC_REFILL:
		return min / 16;
	case GFP_MEMALLOC_TRANSMIT:
	case GFP_MEMALLOC_RECLAIM:
		return min / 4;
	case GFP_MEMALLOC_NR_CLASSES:
		break;
	}
	return min;
}
EXPORT_SYMBOL_IF_KUNIT(gfp_memalloc_floor);

/*
 * The min watermark without the boost against fragmentation: that one comes
 * and goes, it is no reserve, and GFP_ATOMIC looks through it as well.
 */
static unsigned long zone_min(const struct zone *zone)
{
	return READ_ONCE(zone->_watermark[WMARK_MIN]);
}

static void note_level(struct zone *zone, unsigned long free, unsigned long min)
{
	unsigned long low = READ_ONCE(lowest_free);

	if (free < min / 2)
		netswap_event_later(NETSWAP_EVENT_KIND_RESERVE_LOW, free);
	while (free < low) {
		if (!try_cmpxchg(&lowest_free, &low, free))
			continue;
		trace_netswap_reserve_low(zone_to_nid(zone), zone_idx(zone),
					  free, min);
		break;
	}
}

static enum memreserve_depth depth(gfp_t gfp)
{
	enum memreserve_depth answer = netswap_entitled(gfp);

	if (answer == MEMRESERVE_DEPTH_FULL)
		netswap_count(&mech, GRANTED);
	else if (answer == MEMRESERVE_DEPTH_OOM)
		netswap_count(&mech, GRANTED_OOM);
	return answer;
}

/* Free pages of all zones that kernel memory comes from. */
static unsigned long free_pages_for_all(void)
{
	unsigned long free = 0;
	struct zone *zone;
	int nid, i;

	for_each_node_state(nid, N_MEMORY) {
		for (i = 0; i <= ZONE_NORMAL; i++) {
			zone = &NODE_DATA(nid)->node_zones[i];
			if (managed_zone(zone))
				free += memreserve_zone_free(zone);
		}
	}
	return free;
}

/* What is left to receive when the current caller has its pages. */
static void note_share(unsigned long left)
{
	unsigned long low = READ_ONCE(lowest_share);

	while (left < low)
		if (try_cmpxchg(&lowest_share, &low, left))
			break;
}

/*
 * Does the caller ask again for less? A ring is filled with buffers of one size,
 * or with fragments, whose blocks are as large as any that are asked for so.
 */
static bool has_smaller(unsigned int order, gfp_t gfp)
{
	if (gfp_memalloc_is_refill(gfp))
		return order >= PAGE_ALLOC_COSTLY_ORDER;
	return order && (gfp & __GFP_NORETRY);
}

/*
 * Without a floor the last page may be taken, and it is tried for even when
 * none is free: it may sit on a CPU's list. Beyond its reservation receive has
 * a floor, too: the packet is dropped, and its sender sends it again.
 */
static bool may_take(struct zone *zone, unsigned int order, gfp_t gfp)
{
	enum gfp_memalloc_class class = gfp_memalloc_class(gfp);
	unsigned int pages = 1U << order;
	unsigned long min = zone_min(zone);
	unsigned long free, floor;
	bool by_tree;

	if (has_smaller(order, gfp)) {
		netswap_count(&mech, REFUSED_ORDER);
		return false;
	}

	free = memreserve_zone_free(zone);
	note_level(zone, free, min);
	by_tree = netswap_reserve_floor(netswap_charge_of(class), pages, &floor);
	if (by_tree)
		free = free_pages_for_all();
	else
		floor = gfp_memalloc_floor(class, min);
	/* Refused, it would ask for ever. */
	if (gfp & __GFP_NOFAIL)
		floor = 0;
	if (free >= floor + pages) {
		if (by_tree)
			note_share(free - pages);
		netswap_count_many(&mech, TAKEN_RECEIVE + class, pages);
		if (static_branch_unlikely(&alloc_list_on))
			netswap_count(&mech, alloc_list_covers(gfp) ?
					     CHECK_LISTED : CHECK_UNLISTED);
		return true;
	}
	netswap_count(&mech, REFUSED_RECEIVE + class);
	return !floor;
}

/* As memreserve_zone_free(), without what each CPU has not told yet. */
static unsigned long cheap_free(struct zone *zone)
{
	unsigned long free = zone_page_state(zone, NR_FREE_PAGES);

	if (IS_ENABLED(CONFIG_CMA))
		free -= min(free, zone_page_state(zone, NR_FREE_CMA_PAGES));
	return free;
}

/*
 * A CPU's own list is filled by the batch, and the batch grows while nothing
 * is freed: one page granted above a floor could take a hundred with it, to a
 * list where only this CPU finds them. So batches end at the min watermark.
 */
static int pcp_batch(struct zone *zone, unsigned int order, int batch)
{
	unsigned long free = cheap_free(zone);
	unsigned long min = zone_min(zone);
	unsigned long blocks = free > min ? (free - min) >> order : 0;
	int room = clamp_t(unsigned long, blocks, 1, INT_MAX);

	if (batch <= room)
		return batch;
	netswap_count(&mech, BATCH_CUT);
	return room;
}

static bool lift_policy(gfp_t gfp)
{
	netswap_count(&mech, POLICY_LIFTED);
	return true;
}

/*
 * Watermarks were ignored for this page. That alone is no reason to mark it:
 * memory may have been freed meanwhile, and the allocator ignores watermarks
 * for a caller without any grant when it must not fail.
 */
static bool mark(struct page *page, unsigned int order, gfp_t gfp)
{
	struct zone *zone = page_zone(page);

	if (netswap_entitled(gfp) == MEMRESERVE_DEPTH_FULL &&
	    memreserve_zone_free(zone) <= zone_min(zone)) {
		netswap_count(&mech, MARKED);
		/* Whoever ends the accounts waits for those who still charge. */
		rcu_read_lock();
		if (netswap_reserve_active())
			netswap_charge(page, order,
				       netswap_charge_of(gfp_memalloc_class(gfp)));
		rcu_read_unlock();
		return true;
	}
	netswap_count(&mech, UNMARKED);
	return false;
}

static u64 lowest(void)
{
	unsigned long low = READ_ONCE(lowest_free);

	return low == ULONG_MAX ? U64_MAX : low;
}

static u64 share(void)
{
	unsigned long low = READ_ONCE(lowest_share);

	return low == ULONG_MAX ? U64_MAX : low;
}

#define CHARGE_GAUGE(_name, _charge)					\
	static u64 usage_##_name(void)					\
	{								\
		return netswap_charge_usage(NETSWAP_CHARGE_##_charge);	\
	}								\
	static u64 high_##_name(void)					\
	{								\
		return netswap_charge_high(NETSWAP_CHARGE_##_charge);	\
	}
CHARGE_GAUGE(packets, PACKETS)
CHARGE_GAUGE(rings, RINGS)
CHARGE_GAUGE(transmit, TRANSMIT)
CHARGE_GAUGE(reclaim, RECLAIM)

static const struct netswap_gauge gauges[] = {
	{ "lowest_free", lowest },
	{ "lowest_share", share },
	{ "usage_packets", usage_packets },
	{ "usage_rings", usage_rings },
	{ "usage_transmit", usage_transmit },
	{ "usage_reclaim", usage_reclaim },
	{ "high_packets", high_packets },
	{ "high_rings", high_rings },
	{ "high_transmit", high_transmit },
	{ "high_reclaim", high_reclaim },
};

static void show(void)
{
	netswap_show(&mech);
}

static void freed(struct page *page, unsigned int order)
{
	netswap_uncharge(page, order);
}

static const struct memreserve_gfp_ops ops = {
	.depth = depth,
	.may_take = may_take,
	.pcp_batch = pcp_batch,
	.lift_policy = lift_policy,
	.mark = mark,
	.freed = freed,
};

static struct netswap_mechanism mech = {
	.name = KBUILD_MODNAME,
	.group = MEMRESERVE_GFP,
	.ops = &ops,
	.counter_names = counter_names,
	.nr_counters = ARRAY_SIZE(counter_names),
	.gauges = gauges,
	.nr_gauges = ARRAY_SIZE(gauges),
	.show = show,
};

static int name_set(const char *value, const struct kernel_param *param)
{
	netswap_charges_name();
	return 0;
}

static const struct kernel_param_ops name_ops = {
	.set = name_set,
};
module_param_cb(name_charged, &name_ops, NULL, 0200);
MODULE_PARM_DESC(name_charged, "written to: the kernel log says what the first pages are that are charged to the reserve's groups");

static int __init gfp_memalloc_init(void)
{
	int err = netswap_register(&mech);

	if (!err)
		netswap_charges_begin();
	return err;
}
module_init(gfp_memalloc_init);

static void __exit gfp_memalloc_exit(void)
{
	netswap_unregister(&mech);
	netswap_charges_drop();
}
module_exit(gfp_memalloc_exit);

MODULE_DESCRIPTION("Grants access to the page allocator's reserve, by class of caller");
MODULE_LICENSE("GPL");
