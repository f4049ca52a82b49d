// SPDX-License-Identifier: GPL-2.0
/*
 * memreserve - throttling: the module decides, the sleep is ours
 */
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/memreserve_ops.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/sched/signal.h>
#include <linux/static_call.h>
#include <linux/wait.h>

#include "memreserve_internal.h"

static bool bare_allow(struct pglist_data *pgdat)
{
	return true;
}

static long bare_limit(gfp_t gfp)
{
	return 0;
}

static void bare_waited(struct pglist_data *pgdat, u64 us, bool timed_out)
{
}

static const struct memreserve_throttle_ops bare_throttle_ops = {
	.allow = bare_allow,
	.limit = bare_limit,
	.waited = bare_waited,
};

DEFINE_STATIC_CALL(mr_allow, bare_allow);
DEFINE_STATIC_CALL(mr_limit, bare_limit);
DEFINE_STATIC_CALL(mr_waited, bare_waited);

bool memreserve_allow_reclaim(struct pglist_data *pgdat)
{
	return static_call(mr_allow)(pgdat);
}

/*
 * Holds a direct reclaimer back until its node allows it to go on, it is
 * killed, or its time is up. The condition is asked anew each time the task
 * wakes, through the static call, so an exchange of answerers ends the wait
 * (detach wakes everybody) and no task ever sleeps in a module's text.
 *
 * Returns true when a fatal signal came while waiting: the page allocator then
 * leaves the OOM killer alone.
 */
bool memreserve_throttle(gfp_t gfp, struct zonelist *zonelist,
			 nodemask_t *nodemask)
{
	struct pglist_data *pgdat = NULL;
	struct zoneref *z;
	struct zone *zone;
	ktime_t start;
	long limit, left;

	limit = static_call(mr_limit)(gfp);
	if (!limit)
		return false;

	for_each_zone_zonelist_nodemask(zone, z, zonelist, gfp_zone(gfp),
					nodemask) {
		if (zone_idx(zone) <= ZONE_NORMAL) {
			pgdat = zone->zone_pgdat;
			break;
		}
	}
	if (!pgdat || static_call(mr_allow)(pgdat))
		return false;

	count_vm_event(PGSCAN_DIRECT_THROTTLE);
	start = ktime_get();
	left = wait_event_killable_timeout(pgdat->pfmemalloc_wait,
					   static_call(mr_allow)(pgdat), limit);
	static_call(mr_waited)(pgdat, ktime_us_delta(ktime_get(), start),
			       left == 0);
	return fatal_signal_pending(current);
}

void memreserve_wake_throttled(void)
{
	int nid;

	for_each_online_node(nid)
		wake_up_all(&NODE_DATA(nid)->pfmemalloc_wait);
}

static void aim_throttle(const void *ops)
{
	const struct memreserve_throttle_ops *throttle = ops;

	static_call_update(mr_allow, throttle->allow);
	static_call_update(mr_limit, throttle->limit);
	static_call_update(mr_waited, throttle->waited);
}

const struct memreserve_questions memreserve_throttle_questions = {
	.bare = &bare_throttle_ops,
	.callbacks_size = sizeof(struct memreserve_throttle_ops),
	.aim = aim_throttle,
};
