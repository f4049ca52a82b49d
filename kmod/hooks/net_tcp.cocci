// SPDX-License-Identifier: GPL-2.0
//
// A marked TCP socket's receive buffer is full: may it take the packet
// nevertheless? May it keep one that came too early? And what its timers send,
// and what goes when the driver has sent, is that served like what its owner
// sends? Its FIN is served as a reply is.
//
// netswap-rule: tcp_rmem  file=net/ipv4/tcp_input.c  token=memreserve_exempt  count=1
// netswap-rule: tcp_early  file=net/ipv4/tcp_input.c  token=memreserve_refuses_hold(OUT_OF_ORDER  count=1
// netswap-rule: tcp_forced_charge  file=net/ipv4/tcp_output.c  token=memreserve_charge_gfp(sk  count=1
// netswap-rule: tcp_fin  file=net/ipv4/tcp_output.c  token=memreserve_alloc_fin  count=1
// netswap-rule: tcp_write_timer  file=net/ipv4/tcp_timer.c  token=memreserve_for_socket(tcp_write_timer_handler  count=1
// netswap-rule: tcp_delack_timer  file=net/ipv4/tcp_timer.c  token=memreserve_for_socket(tcp_delack_timer_handler  count=1
// netswap-rule: tcp_tsq  file=net/ipv4/tcp_output.c  token=memreserve_for_socket(tcp_tsq_write  count=1

@tcp_rmem@
symbol sk, skb, size;
statement S;
@@
 tcp_try_rmem_schedule(...)
 {
 	<+...
+	if (memreserve_exempt(sk)) {
+		sk_forced_mem_schedule(sk, size);
+		return 0;
+	}
 	if (tcp_prune_queue(...) < 0) S
 	...+>
 }

// Dropped or not, the peer shall know what is missing: at once if one segment
// waits, so the first one may.
@tcp_early@
symbol sk, skb, tp;
@@
 tcp_data_queue_ofo(...)
 {
 	<+...
 	inet_csk_schedule_ack(sk);
+	if (!RB_EMPTY_ROOT(&tp->out_of_order_queue) && memreserve_refuses_hold(OUT_OF_ORDER, skb)) {
+		memreserve_drop(skb);
+		return;
+	}
 	...+>
 }

// Reached with the reserve exhausted, and with bottom halves on: no reclaim.
@tcp_forced_charge@
symbol sk;
@@
 sk_forced_mem_schedule(...)
 {
 	<+...
-	gfp_memcg_charge() | __GFP_NOFAIL
+	memreserve_charge_gfp(sk, gfp_memcg_charge()) | __GFP_NOFAIL
 	...+>
 }

@tcp_fin@
symbol sk;
expression size, gfp;
@@
 tcp_send_fin(...)
 {
 	<+...
-	alloc_skb_fclone(size, gfp)
+	memreserve_alloc_fin(sk, size, gfp)
 	...+>
 }

@tcp_write_timer@
symbol sk;
@@
 tcp_write_timer(...)
 {
 	<+...
-	tcp_write_timer_handler(sk);
+	memreserve_for_socket(tcp_write_timer_handler, sk);
 	...+>
 }

@tcp_delack_timer@
symbol sk;
@@
 tcp_delack_timer(...)
 {
 	<+...
-	tcp_delack_timer_handler(sk);
+	memreserve_for_socket(tcp_delack_timer_handler, sk);
 	...+>
 }

@tcp_tsq@
symbol sk;
@@
 tcp_tsq_handler(...)
 {
 	<+...
-	tcp_tsq_write(sk);
+	memreserve_for_socket(tcp_tsq_write, sk);
 	...+>
 }
