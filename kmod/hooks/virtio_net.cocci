// SPDX-License-Identifier: GPL-2.0
//
// virtio_net asks with which gfp it refills its receive rings: in NAPI poll,
// and in the worker that runs with NAPI disabled and must therefore not wait
// for anything that a received packet completes.
//
// netswap-rule: virtio_include  file=drivers/net/virtio_net.c  token=linux/memreserve.h  count=1
// netswap-rule: virtio_refill_poll  file=drivers/net/virtio_net.c  token=memreserve_refill_gfp(POLL  count=1
// netswap-rule: virtio_refill_work  file=drivers/net/virtio_net.c  token=memreserve_refill_gfp(WORK  count=1

@virtio_include@
@@
 #include <linux/virtio_net.h>
+#include <linux/memreserve.h>

@virtio_refill_poll@
symbol vi, rq;
@@
 virtnet_receive(...)
 {
 	<+...
-	try_fill_recv(vi, rq, GFP_ATOMIC)
+	try_fill_recv(vi, rq, memreserve_refill_gfp(POLL, GFP_ATOMIC))
 	...+>
 }

@virtio_refill_work@
symbol vi, rq;
@@
 refill_work(...)
 {
 	<+...
-	try_fill_recv(vi, rq, GFP_KERNEL)
+	try_fill_recv(vi, rq, memreserve_refill_gfp(WORK, GFP_KERNEL))
 	...+>
 }
