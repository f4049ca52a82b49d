// SPDX-License-Identifier: GPL-2.0
/*
 * reclaim_throttle - hold direct reclaimers back while the reserve is low
 *
 * Each direct reclaimer that swaps over a network takes reserve memory before
 * it gives any back. When half of the reserve is gone, the next ones wait, and
 * what is left goes to those already on the way. kswapd goes on reclaiming
 * meanwhile and wakes the waiters.
 *
 * There is one predicate, reclaim_throttle_ok(). The decision to wait, each
 * check of a waiter, and kswapd's decision to wake ask it and nothing else:
 * every hang that the kernel's own throttling ever had was a disagreement
 * between two of these. And no wait is without end: after LIMIT a task goes
 * on, and is counted. One task every few seconds cannot exhaust the reserve,
 * which gfp_memalloc guards by class anyway.
 */
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>

#include <linux/wait.h>

#include "netswap.h"
#include "reclaim_throttle.h"
#include "trace.h"

/* With __GFP_FS the task holds no file system lock that kswapd may need. */
#define LIMIT		(5 * HZ)
#define LIMIT_NOFS	HZ
/* As in the kernel: so many fruitless rounds, and kswapd leaves a node. */
#define KSWAPD_GIVES_UP	16

enum { THROTTLED, TIMED_OUT, WAITED_US, BUCKET_0 };

#define BUCKET_NAME(n) [BUCKET_0 + (n)] = "waited_us_log2_" #n
static const char * const counter_names[] = {
	[THROTTLED] = "throttled",
	[TIMED_OUT] = "timed_out",
	[WAITED_US] = "waited_us",
	BUCKET_NAME(0), BUCKET_NAME(1), BUCKET_NAME(2), BUCKET_NAME(3),
	BUCKET_NAME(4), BUCKET_NAME(5), BUCKET_NAME(6), BUCKET_NAME(7),
	BUCKET_NAME(8), BUCKET_NAME(9), BUCKET_NAME(10), BUCKET_NAME(11),
	BUCKET_NAME(12), BUCKET_NAME(13), BUCKET_NAME(14), BUCKET_NAME(15),
	BUCKET_NAME(16), BUCKET_NAME(17), BUCKET_NAME(18), BUCKET_NAME(19),
	BUCKET_NAME(20), BUCKET_NAME(21), BUCKET_NAME(22), BUCKET_NAME(23),
};

static_assert(ARRAY_SIZE(counter_names) == BUCKET_0 + RECLAIM_THROTTLE_BUCKETS);

static struct netswap_mechanism mech;

VISIBLE_IF_KUNIT bool reclaim_throttle_ok(const struct reclaim_throttle_level *level)
{
	/* Nobody would come to wake us, or there is nothing to wait for. */
	if (level->hopeless || !level->reclaimable || !level->min)
		return true;
	return level->free > level->min / 2;
}
EXPORT_SYMBOL_IF_KUNIT(reclaim_throttle_ok);

/* 0 and 1 us: bucket 0; 2 and 3: bucket 1; 4 to 7: bucket 2; ... */
VISIBLE_IF_KUNIT unsigned int reclaim_throttle_bucket(u64 us)
{
	if (us < 2)
		return 0;
	return min_t(unsigned int, ilog2(us), RECLAIM_THROTTLE_BUCKETS - 1);
}
EXPORT_SYMBOL_IF_KUNIT(reclaim_throttle_bucket);

/*
 * Kernel threads may be what cleans pages. A dying task is to exit and free
 * its memory. Neither waits.
 */
VISIBLE_IF_KUNIT long reclaim_throttle_limit(unsigned int flags, bool dying, gfp_t gfp)
{
	if ((flags & PF_KTHREAD) || dying)
		return 0;
	return gfp & __GFP_FS ? LIMIT : LIMIT_NOFS;
}
EXPORT_SYMBOL_IF_KUNIT(reclaim_throttle_limit);

static unsigned long zone_reclaimable(struct zone *zone)
{
	unsigned long pages;

	pages = zone_page_state_snapshot(zone, NR_ZONE_INACTIVE_FILE) +
		zone_page_state_snapshot(zone, NR_ZONE_ACTIVE_FILE);
	if (get_nr_swap_pages() > 0)
		pages += zone_page_state_snapshot(zone, NR_ZONE_INACTIVE_ANON) +
			 zone_page_state_snapshot(zone, NR_ZONE_ACTIVE_ANON);
	return pages;
}

/* Network buffers come from ZONE_NORMAL and below. */
static void read_level(struct pglist_data *pgdat,
		       struct reclaim_throttle_level *level)
{
	int i;

	for (i = 0; i <= ZONE_NORMAL; i++) {
		struct zone *zone = &pgdat->node_zones[i];

		if (!managed_zone(zone))
			continue;
		level->free += memreserve_zone_free(zone);
		level->min += min_wmark_pages(zone);
		level->reclaimable += zone_reclaimable(zone);
	}
	level->hopeless = READ_ONCE(pgdat->kswapd_failures) >= KSWAPD_GIVES_UP;
}

static bool allow(struct pglist_data *pgdat)
{
	struct reclaim_throttle_level level = {};

	read_level(pgdat, &level);
	if (reclaim_throttle_ok(&level))
		return true;

	/* Whoever waits here counts on kswapd. */
	if (waitqueue_active(&pgdat->kswapd_wait)) {
		if (READ_ONCE(pgdat->kswapd_highest_zoneidx) > ZONE_NORMAL)
			WRITE_ONCE(pgdat->kswapd_highest_zoneidx, ZONE_NORMAL);
		wake_up_interruptible(&pgdat->kswapd_wait);
	}
	return false;
}

static long limit(gfp_t gfp)
{
	return reclaim_throttle_limit(current->flags,
				      fatal_signal_pending(current), gfp);
}

static void waited(struct pglist_data *pgdat, u64 us, bool timed_out)
{
	netswap_count(&mech, THROTTLED);
	netswap_count_many(&mech, WAITED_US, us);
	netswap_count(&mech, BUCKET_0 + reclaim_throttle_bucket(us));
	if (timed_out)
		netswap_count(&mech, TIMED_OUT);
	trace_netswap_throttled(pgdat->node_id, us, timed_out);
	netswap_event_later(NETSWAP_EVENT_KIND_RECLAIM_THROTTLED, 1);
}

static void show(void)
{
	netswap_show(&mech);
}

static const struct memreserve_throttle_ops ops = {
	.allow = allow,
	.limit = limit,
	.waited = waited,
};

static struct netswap_mechanism mech = {
	.name = KBUILD_MODNAME,
	.group = MEMRESERVE_THROTTLE,
	.ops = &ops,
	.counter_names = counter_names,
	.nr_counters = ARRAY_SIZE(counter_names),
	.show = show,
};

static int __init reclaim_throttle_init(void)
{
	return netswap_register(&mech);
}
module_init(reclaim_throttle_init);

static void __exit reclaim_throttle_exit(void)
{
	netswap_unregister(&mech);
}
module_exit(reclaim_throttle_exit);

MODULE_DESCRIPTION("Holds direct reclaimers back while the reserve is low");
MODULE_LICENSE("GPL");
