// SPDX-License-Identifier: GPL-2.0
//
// nbd asks with which gfp, and whether with PF_MEMALLOC, it moves swap pages
// (series patch 14), and whether it sends them as they are, without a copy.
// That its sockets are marked goes through sk_set_memalloc().
//
// netswap-rule: nbd_include  file=drivers/block/nbd.c  token=linux/memreserve.h  count=1
// netswap-rule: nbd_xmit_scope  file=drivers/block/nbd.c  token=memreserve_xmit_save  count=1
// netswap-rule: nbd_xmit_gfp  file=drivers/block/nbd.c  token=memreserve_xmit_gfp  count=1
// netswap-rule: nbd_splice  file=drivers/block/nbd.c  token=memreserve_xmit_flags  count=1  kernels=6.12  elsewhere: 6.1 cannot send pages without a copy from sendmsg(); nbd copies

@nbd_include@
@@
 #include <linux/nbd.h>
+#include <linux/memreserve.h>

@nbd_xmit_scope@
expression flag;
@@
 __sock_xmit(...)
 {
 	<+...
-	flag = memalloc_noreclaim_save();
+	flag = memreserve_xmit_save();
 	...+>
 }

@nbd_xmit_gfp@
symbol sock;
@@
 __sock_xmit(...)
 {
 	<+...
-	sock->sk->sk_allocation = GFP_NOIO | __GFP_MEMALLOC;
+	sock->sk->sk_allocation = memreserve_xmit_gfp(sock->sk, GFP_NOIO | __GFP_MEMALLOC);
 	...+>
 }

@nbd_splice@
symbol result, nbd, index, from, flags, sent, nsock, bvec;
@@
 nbd_send_cmd(...)
 {
 	<+...
-	result = sock_xmit(nbd, index, 1, &from, flags, &sent);
+	result = sock_xmit(nbd, index, 1, &from, flags | memreserve_xmit_flags(nsock->sock->sk, bvec.bv_page), &sent);
 	...+>
 }
