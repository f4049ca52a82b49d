// SPDX-License-Identifier: GPL-2.0
//
// A marked TCP socket's receive buffer is full: may it take the packet
// nevertheless?
//
// netswap-rule: tcp_rmem  file=net/ipv4/tcp_input.c  token=memreserve_exempt  count=1

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
 	if (tcp_prune_queue(sk, skb) < 0) S
 	...+>
 }
