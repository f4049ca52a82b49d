// SPDX-License-Identifier: GPL-2.0
//
// A socket asks whether it may keep a packet that sits in the reserve (series
// patch 9).
//
// netswap-rule: filter_include  file=net/core/filter.c  token=linux/memreserve.h  count=1
// netswap-rule: filter_admit  file=net/core/filter.c  token=memreserve_skb_refused  count=1

@filter_include@
@@
 #include <linux/filter.h>
+#include <linux/memreserve.h>

@filter_admit@
symbol sk, skb;
@@
 sk_filter_trim_cap(...)
 {
 	<+...
 	skb_pfmemalloc(skb) &&
-	!sock_flag(sk, SOCK_MEMALLOC)
+	memreserve_skb_refused(sk, skb)
 	...+>
 }
