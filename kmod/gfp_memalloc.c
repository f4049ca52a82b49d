// SPDX-License-Identifier: GPL-2.0
/*
 * gfp_memalloc - who may go below the min watermark, and how far
 *
 * The reserve is memory that must come back: whoever takes it does so to free
 * more. Three kinds of callers may, and they are not equal:
 *
 *   receive	packet data, struct sk_buff, replies made in softirq, and
 *		threads that were granted the reserve to restore a connection.
 *		May take the last page: without it no acknowledgement is ever
 *		seen, and everything below waits for acknowledgements.
 *   refill	buffers for a receive ring (they come with __GFP_NORETRY: the
 *		ring can be filled later). Leave a sixteenth of min, so that a
 *		ring that fills up cannot starve the packets in it of heads.
 *   reclaim	everything else: PF_MEMALLOC in process context, that is a
 *		reclaimer and the pages it sends, and whoever sends on a marked
 *		socket and could wait. Leave a quarter of min. A sender that
 *		fails here waits for its socket's write space and tries again;
 *		it holds nothing that a receive needs.
 *
 * So transmit can never take receive's share, which the kernel's own rule (all
 * of the reserve to everybody entitled) does not say. Order-0 pages only,
 * where the caller has a smaller order to fall back to.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "entitled.h"
#include "gfp_memalloc.h"
#include "netswap.h"
#include "trace.h"

enum {
	GRANTED, GRANTED_OOM, TAKEN_RECEIVE, TAKEN_REFILL, TAKEN_RECLAIM,
	REFUSED_REFILL, REFUSED_RECLAIM, REFUSED_ORDER, MARKED, UNMARKED,
	POLICY_LIFTED, BATCH_CUT,
};

static const char * const counter_names[] = {
	[GRANTED] = "granted",
	[GRANTED_OOM] = "granted_oom",
	[TAKEN_RECEIVE] = "pages_receive",
	[TAKEN_REFILL] = "pages_refill",
	[TAKEN_RECLAIM] = "pages_reclaim",
	[REFUSED_REFILL] = "refused_refill",
	[REFUSED_RECLAIM] = "refused_reclaim",
	[REFUSED_ORDER] = "refused_order",
	[MARKED] = "pages_marked",
	[UNMARKED] = "pages_not_marked",
	[POLICY_LIFTED] = "policy_lifted",
	[BATCH_CUT] = "batches_cut",
};

static struct netswap_mechanism mech;
static unsigned long lowest_free = ULONG_MAX;

static bool is_reclaim(gfp_t gfp)
{
	if (in_softirq())
		return false;
	if (current->flags & PF_MEMALLOC)
		return !netswap_task_granted();
	/* Who can wait for memory receives nothing: a marked socket sends. */
	return gfp & __GFP_DIRECT_RECLAIM;
}

VISIBLE_IF_KUNIT enum gfp_memalloc_class gfp_memalloc_class(gfp_t gfp)
{
	if (gfp & __GFP_NOFAIL)
		return GFP_MEMALLOC_RECEIVE;
	if (is_reclaim(gfp))
		return GFP_MEMALLOC_RECLAIM;
	return gfp & __GFP_NORETRY ? GFP_MEMALLOC_REFILL : GFP_MEMALLOC_RECEIVE;
}
EXPORT_SYMBOL_IF_KUNIT(gfp_memalloc_class);

/* Pages that a class leaves in a zone whose min watermark is @min. */
VISIBLE_IF_KUNIT unsigned long
gfp_memalloc_floor(enum gfp_memalloc_class class, unsigned long min)
{
	switch (class) {
	case GFP_MEMALLOC_RECEIVE:
		return 0;
	case GFP_MEMALLOC_REFILL:
		return min / 16;
	case GFP_MEMALLOC_RECLAIM:
		return min / 4;
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

	while (free < low) {
		if (!try_cmpxchg(&lowest_free, &low, free))
			continue;
		trace_netswap_reserve_low(zone_to_nid(zone), zone_idx(zone),
					  free, min);
		if (free < min / 2)
			netswap_event_later(NETSWAP_EVENT_KIND_RESERVE_LOW,
					    free);
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

static bool may_take(struct zone *zone, unsigned int order, gfp_t gfp)
{
	static const unsigned int taken[] = {
		[GFP_MEMALLOC_RECEIVE] = TAKEN_RECEIVE,
		[GFP_MEMALLOC_REFILL] = TAKEN_REFILL,
		[GFP_MEMALLOC_RECLAIM] = TAKEN_RECLAIM,
	};
	enum gfp_memalloc_class class = gfp_memalloc_class(gfp);
	unsigned long min = zone_min(zone);
	unsigned long free;

	if (order && (gfp & __GFP_NORETRY)) {
		netswap_count(&mech, REFUSED_ORDER);
		return false;
	}

	free = zone_page_state_snapshot(zone, NR_FREE_PAGES);
	note_level(zone, free, min);
	if (free < gfp_memalloc_floor(class, min) + (1UL << order)) {
		netswap_count(&mech, class == GFP_MEMALLOC_REFILL ?
				     REFUSED_REFILL : REFUSED_RECLAIM);
		/* The last pages may sit on a CPU's list: let it be tried. */
		return class == GFP_MEMALLOC_RECEIVE;
	}
	netswap_count_many(&mech, taken[class], 1UL << order);
	return true;
}

/*
 * A CPU's own list is filled by the batch, and the batch grows while nothing
 * is freed: one page granted above a floor could take a hundred with it, to a
 * list where only this CPU finds them. So batches end at the min watermark.
 */
static int pcp_batch(struct zone *zone, int batch)
{
	unsigned long free = zone_page_state(zone, NR_FREE_PAGES);
	unsigned long min = zone_min(zone);
	int room = free > min ? min_t(unsigned long, free - min, INT_MAX) : 1;

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
	    zone_page_state(zone, NR_FREE_PAGES) <= zone_min(zone)) {
		netswap_count(&mech, MARKED);
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

static void show(void)
{
	netswap_show(&mech);
}

static const struct memreserve_gfp_ops ops = {
	.depth = depth,
	.may_take = may_take,
	.pcp_batch = pcp_batch,
	.lift_policy = lift_policy,
	.mark = mark,
};

static struct netswap_mechanism mech = {
	.name = KBUILD_MODNAME,
	.group = MEMRESERVE_GFP,
	.ops = &ops,
	.counter_names = counter_names,
	.nr_counters = ARRAY_SIZE(counter_names),
	.gauge_name = "lowest_free",
	.gauge = lowest,
	.show = show,
};

static int __init gfp_memalloc_init(void)
{
	return netswap_register(&mech);
}
module_init(gfp_memalloc_init);

static void __exit gfp_memalloc_exit(void)
{
	netswap_unregister(&mech);
}
module_exit(gfp_memalloc_exit);

MODULE_DESCRIPTION("Grants access to the page allocator's reserve, by class of caller");
MODULE_LICENSE("GPL");
