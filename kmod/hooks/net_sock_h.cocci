// SPDX-License-Identifier: GPL-2.0
//
// Sockets ask with which gfp they send control packets, and whether a packet
// may wait in their backlog (series patches 7 and 12).
//
// netswap-rule: sock_h_include  file=include/net/sock.h  token=linux/memreserve.h  count=1
// netswap-rule: sk_gfp  file=include/net/sock.h  token=memreserve_ask_sk_gfp  count=1
// netswap-rule: sk_backlog_admit  file=include/net/sock.h  token=memreserve_skb_refused  count=1

@sock_h_include@
@@
 #include <linux/memcontrol.h>
+#include <linux/memreserve.h>

@sk_gfp@
symbol sk, gfp_mask;
@@
 sk_gfp_mask(...)
 {
+	if (memreserve_asks(SOCK))
+		return memreserve_ask_sk_gfp(sk, gfp_mask);
 	return gfp_mask | (sk->sk_allocation & __GFP_MEMALLOC);
 }

@sk_backlog_admit@
symbol sk, skb;
@@
 sk_add_backlog(...)
 {
 	<+...
 	skb_pfmemalloc(skb) &&
-	!sock_flag(sk, SOCK_MEMALLOC)
+	memreserve_skb_refused(sk, skb)
 	...+>
 }
