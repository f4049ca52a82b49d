// SPDX-License-Identifier: GPL-2.0
//
// Sockets ask: is this one marked, what when a marked one dies or is copied, what of
// a page fragment cache that holds a reserve page, and may a marked one have memory
// when the limits of its protocol or its control group are reached (series
// patch 8 and what it left open).
//
// netswap-rule: sock_c_include  file=net/core/sock.c  token=linux/memreserve.h  count=1
// netswap-rule: sk_set  file=net/core/sock.c  token=memreserve_sk_set  count=1
// netswap-rule: sk_clear  file=net/core/sock.c  token=memreserve_sk_clear  count=1
// netswap-rule: sk_dies  file=net/core/sock.c  token=memreserve_sk_dies  count=1
// netswap-rule: sk_inherits  file=net/core/sock.c  token=memreserve_sk_inherits(newsk)  count=1
// netswap-rule: sk_backlog_unmarked  file=net/core/sock.c  token=unmarked while the packet waited  count=1
// netswap-rule: frag_stale  file=net/core/sock.c  token=memreserve_frag_stale  count=1
// netswap-rule: sk_limits  file=net/core/sock.c  token=memreserve_exempt  count=1  kernels=6.12  elsewhere: sk_limits_old
// netswap-rule: sk_limits_old  file=net/core/sock.c  token=memreserve_exempt  count=1  kernels=6.1  elsewhere: sk_limits
// netswap-rule: sk_charge  file=net/core/sock.c  token=memreserve_charge_gfp  count=2  kernels=6.12  elsewhere: sk_charge_old
// netswap-rule: sk_charge_old  file=net/core/sock.c  token=memreserve_charge_gfp  count=2  kernels=6.1  elsewhere: sk_charge

@sock_c_include@
@@
 #include <linux/sock_diag.h>
+#include <linux/memreserve.h>

@sk_set@
symbol sk;
@@
 sk_set_memalloc(...)
 {
+	if (memreserve_asks(SOCK)) {
+		memreserve_sk_set(sk);
+		return;
+	}
 	sock_set_flag(sk, SOCK_MEMALLOC);
 	...
 }

@sk_clear@
symbol sk;
@@
 sk_clear_memalloc(...)
 {
+	if (memreserve_asks(SOCK)) {
+		memreserve_sk_clear(sk);
+		return;
+	}
 	sock_reset_flag(sk, SOCK_MEMALLOC);
 	...
 }

@sk_dies@
symbol sk;
statement S, S1;
@@
 __sk_destruct(...)
 {
 	... when != S1
+	if (memreserve_asks(SOCK) && sock_flag(sk, SOCK_MEMALLOC))
+		memreserve_sk_dies(sk);
 	S
 	... when any
 }

@sk_inherits@
symbol newsk, SOCK_DONE;
@@
 sk_clone_lock(...)
 {
 	<+...
 	sock_reset_flag(newsk, SOCK_DONE);
+	memreserve_sk_inherits(newsk);
 	...+>
 }

@sk_backlog_unmarked@
symbol sk, skb;
@@
 __sk_backlog_rcv(...)
 {
 	<+...
-	BUG_ON(!sock_flag(sk, SOCK_MEMALLOC));
+	/* The socket may have been unmarked while the packet waited. */
+	if (unlikely(!sock_flag(sk, SOCK_MEMALLOC))) {
+		return sk->sk_backlog_rcv(sk, skb);
+	}
 	...+>
 }

@frag_stale@
symbol sz, pfrag, gfp;
@@
 skb_page_frag_refill(...)
 {
 	if (pfrag->page) {
+		if (memreserve_frag_stale(pfrag->page, gfp))
+			goto memreserve_release;
 		...
+memreserve_release:
 		put_page(pfrag->page);
 	}
 	... when any
 }

@sk_limits@
symbol kind, sk, memcg, charged, amt, SK_MEM_SEND, SOCK_STREAM;
statement S;
@@
 __sk_mem_raise_allocated(...)
 {
 	<+...
+	if (memreserve_exempt(sk)) {
+		if (memcg && !charged)
+			mem_cgroup_charge_skmem(memcg, amt, memreserve_charge_gfp(sk, gfp_memcg_charge()) | __GFP_NOFAIL);
+		return 1;
+	}
 	if (kind == SK_MEM_SEND && sk->sk_type == SOCK_STREAM) S
 	...+>
 }

@sk_limits_old@
symbol kind, sk, memcg_charge, charged, amt, SK_MEM_SEND, SOCK_STREAM;
statement S;
@@
 __sk_mem_raise_allocated(...)
 {
 	<+...
+	if (memreserve_exempt(sk)) {
+		if (memcg_charge && !charged)
+			mem_cgroup_charge_skmem(sk->sk_memcg, amt, memreserve_charge_gfp(sk, gfp_memcg_charge()) | __GFP_NOFAIL);
+		return 1;
+	}
 	if (kind == SK_MEM_SEND && sk->sk_type == SOCK_STREAM) S
 	...+>
 }

@sk_charge@
symbol sk, memcg, charged, amt;
@@
 __sk_mem_raise_allocated(...)
 {
 	<+...
-	charged = mem_cgroup_charge_skmem(memcg, amt, gfp_memcg_charge());
+	charged = mem_cgroup_charge_skmem(memcg, amt, memreserve_charge_gfp(sk, gfp_memcg_charge()));
 	...+>
 }

@sk_charge_old@
symbol sk, amt;
@@
 __sk_mem_raise_allocated(...)
 {
 	<+...
 	mem_cgroup_charge_skmem(sk->sk_memcg, amt,
-	gfp_memcg_charge()
+	memreserve_charge_gfp(sk, gfp_memcg_charge())
 	)
 	...+>
 }
