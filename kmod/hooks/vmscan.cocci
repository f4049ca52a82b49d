// SPDX-License-Identifier: GPL-2.0
//
// Direct reclaim asks who must wait and when the waiters are woken (series
// patches 15 and 16). kswapd's wake-ups go through allow_direct_reclaim() and
// so through the same question.
//
// netswap-rule: vmscan_include  file=mm/vmscan.c  token=linux/memreserve.h  count=1
// netswap-rule: throttle_allow  file=mm/vmscan.c  token=memreserve_allow_reclaim  count=1
// netswap-rule: throttle_wait  file=mm/vmscan.c  token=memreserve_throttle  count=1

@vmscan_include@
@@
 #include <linux/swap.h>
+#include <linux/memreserve.h>

@throttle_allow@
symbol pgdat;
statement S, S1;
@@
 allow_direct_reclaim(...)
 {
 	... when != S1
+	if (memreserve_asks(THROTTLE))
+		return memreserve_allow_reclaim(pgdat);
 	S
 	... when any
 }

@throttle_wait@
symbol gfp_mask, zonelist, nodemask;
statement S, S1;
@@
 throttle_direct_reclaim(...)
 {
 	... when != S1
+	if (memreserve_asks(THROTTLE))
+		return memreserve_throttle(gfp_mask, zonelist, nodemask);
 	S
 	... when any
 }
