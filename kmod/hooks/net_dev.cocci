// SPDX-License-Identifier: GPL-2.0
//
// Receive processing asks which packets run with PF_MEMALLOC, unseen by taps,
// and which protocols may have them (series patch 12).
//
// netswap-rule: dev_include  file=net/core/dev.c  token=linux/memreserve.h  count=1
// netswap-rule: rx_protocol  file=net/core/dev.c  token=memreserve_skb_protocol  count=1
// netswap-rule: rx_critical  file=net/core/dev.c  token=memreserve_skb_critical  count=2

@dev_include@
@@
 #include <linux/skbuff.h>
+#include <linux/memreserve.h>

@rx_protocol@
symbol skb;
statement S;
@@
 skb_pfmemalloc_protocol(...)
 {
+	if (memreserve_asks(SOCK)) {
+		return memreserve_skb_protocol(skb);
+	}
 	S
 	... when any
 }

@rx_critical@
identifier f =~ "^__netif_receive_skb(_list)?$";
symbol skb;
@@
 f(...)
 {
 	<+...
 	sk_memalloc_socks() &&
-	skb_pfmemalloc(skb)
+	skb_pfmemalloc(skb) && memreserve_skb_critical(skb)
 	...+>
 }
