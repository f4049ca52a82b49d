/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NETSWAP_RECLAIM_THROTTLE_H
#define _NETSWAP_RECLAIM_THROTTLE_H

#include <kunit/visibility.h>
#include <linux/types.h>

/* Sums over the zones of a node that serve network buffers. */
struct reclaim_throttle_level {
	unsigned long free;		/* pages */
	unsigned long min;		/* pages, watermarks with emergency pool */
	unsigned long reclaimable;	/* pages */
	bool hopeless;			/* kswapd gave up */
};

#define RECLAIM_THROTTLE_BUCKETS 24	/* log2 of microseconds, last: and above */

#if IS_ENABLED(CONFIG_KUNIT)
bool reclaim_throttle_ok(const struct reclaim_throttle_level *level);
unsigned int reclaim_throttle_bucket(u64 us);
long reclaim_throttle_limit(unsigned int flags, bool dying, gfp_t gfp);
#endif

#endif /* _NETSWAP_RECLAIM_THROTTLE_H */
