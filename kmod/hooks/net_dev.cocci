// SPDX-License-Identifier: GPL-2.0
//
// Receive processing asks which packets run with PF_MEMALLOC, unseen by taps,
// and which protocols may have them (series patch 12), and notes when it works
// on such a packet, or polls on behalf of a task. It asks whether one may wait for another CPU; and
// transmission whether a packet that came from elsewhere may wait in a queue.
//
// netswap-rule: dev_include  file=net/core/dev.c  token=linux/memreserve.h  count=1
// netswap-rule: rx_protocol  file=net/core/dev.c  token=memreserve_skb_protocol  count=1
// netswap-rule: rx_critical  file=net/core/dev.c  token=memreserve_skb_critical  count=2
// netswap-rule: rx_packet_begin  file=net/core/dev.c  token=memreserve_packet_begin  count=2
// netswap-rule: rx_packet_end  file=net/core/dev.c  token=memreserve_packet_end  count=3
// netswap-rule: rx_busy_poll  file=net/core/dev.c  token=work = memreserve_busy_poll  count=1
// netswap-rule: rx_busy_poll_stop  file=net/core/dev.c  token=rc = memreserve_busy_poll  count=1
// netswap-rule: rx_busy_poll_end  file=net/core/dev.c  token=memreserve_busy_poll_stop(__busy_poll_stop  count=1
// netswap-rule: rx_backlog  file=net/core/dev.c  token=!memreserve_refuses_backlog(skb)  count=1
// netswap-rule: rx_backlog_leave  file=net/core/dev.c  token=memreserve_backlog_leave  count=1
// netswap-rule: tx_queue  file=net/core/dev.c  token=memreserve_refuses_hold(QDISC  count=1

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

@rx_packet_begin@
identifier f =~ "^__netif_receive_skb(_list)?$";
@@
 f(...)
 {
 	<+...
-	memalloc_noreclaim_save()
+	memreserve_packet_begin()
 	...+>
 }

@rx_packet_end@
identifier f =~ "^__netif_receive_skb(_list)?$";
@@
 f(...)
 {
 	<+...
-	memalloc_noreclaim_restore
+	memreserve_packet_end
 	(...)
 	...+>
 }

@rx_busy_poll@
identifier f =~ "^(__)?napi_busy_loop$";
symbol napi, budget;
idexpression napi_poll;
@@
 f(...)
 {
 	<+...
-	work = napi_poll(napi, budget)
+	work = memreserve_busy_poll(napi_poll, napi, budget)
 	...+>
 }

@rx_busy_poll_stop@
symbol napi, budget, rc;
@@
 busy_poll_stop(...)
 {
 	<+...
-	rc = napi->poll(napi, budget)
+	rc = memreserve_busy_poll(napi->poll, napi, budget)
 	...+>
 }

@rx_busy_poll_end@
symbol napi, skip_schedule;
@@
 busy_poll_stop(...)
 {
 	<+...
-	__busy_poll_stop(napi, skip_schedule)
+	memreserve_busy_poll_stop(__busy_poll_stop, napi, skip_schedule)
 	...+>
 }

@rx_backlog@
symbol qlen, skb;
expression E;
@@
 enqueue_to_backlog(...)
 {
 	<+...
 	qlen <= E && !skb_flow_limit(skb, qlen)
+	&& !memreserve_refuses_backlog(skb)
 	...+>
 }

@rx_backlog_leave@
symbol skb;
@@
 process_backlog(...)
 {
 	<+...
+	memreserve_backlog_leave(skb);
 	rcu_read_lock();
 	__netif_receive_skb(skb);
 	...+>
 }

@tx_queue@
symbol skb;
@@
 __dev_queue_xmit(...)
 {
 	<+...
+	if (memreserve_refuses_hold(QDISC, skb)) {
+		memreserve_drop(skb);
+		return NET_XMIT_DROP;
+	}
 	skb_reset_mac_header(skb);
 	...+>
 }
