// SPDX-License-Identifier: GPL-2.0
//
// virtio_net asks with which gfp it refills its receive rings: in NAPI poll,
// and where NAPI is disabled, which must therefore not wait for anything that a
// received packet completes: in the worker, when a ring is resized, and when the
// interface comes up.
//
// netswap-rule: virtio_include  file=drivers/net/virtio_net.c  token=linux/memreserve.h  count=1
// netswap-rule: virtio_refill_poll  file=drivers/net/virtio_net.c  token=memreserve_refill_gfp(POLL  count=1
// netswap-rule: virtio_refill_work  file=drivers/net/virtio_net.c  token=memreserve_refill_gfp(WORK  count=1
// netswap-rule: virtio_refill_set_up  file=drivers/net/virtio_net.c  token=memreserve_refill_gfp(SETUP  count=2
// netswap-rule: virtio_refill_queue  file=drivers/net/virtio_net.c  token=memreserve_queue_refill  count=4
// netswap-rule: virtio_more_buffers  file=drivers/net/virtio_net.c  token=memreserve_alloc_skb(0  count=1
// netswap-rule: virtio_resize  file=drivers/net/virtio_net.c  token=memreserve_ring_begin  count=1

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

@virtio_refill_set_up@
identifier f =~ "^(virtnet_open|virtnet_rx_resume|virtnet_rx_resize)$";
expression RQ;
symbol vi;
@@
 f(...)
 {
 	<+...
-	try_fill_recv(vi, RQ, GFP_KERNEL)
+	try_fill_recv(vi, RQ, memreserve_refill_gfp(SETUP, GFP_KERNEL))
 	...+>
 }

@virtio_resize@
symbol err;
@@
 virtnet_rx_resize(...)
 {
+	unsigned int memreserve_flags;
 	...
+	memreserve_flags = memreserve_ring_begin();
 	err = virtqueue_resize(...);
+	memreserve_ring_end(memreserve_flags);
 	...
 }

// An empty ring is filled by this worker alone: it needs a rescuer. (Who changes
// the number of queues asks for it in the driver's way.)
@virtio_refill_queue@
identifier f =~ "^(refill_work|virtnet_receive|virtnet_open|virtnet_rx_resume|virtnet_rx_resize)$";
symbol vi;
expression DELAY;
@@
 f(...)
 {
 	<+...
-	schedule_delayed_work(&vi->refill, DELAY)
+	memreserve_queue_refill(&vi->refill, DELAY)
 	...+>
 }

// A packet in more buffers than one struct sk_buff has room for.
@virtio_more_buffers@
@@
-	alloc_skb(0, GFP_ATOMIC)
+	memreserve_alloc_skb(0, GFP_ATOMIC, memreserve_asks(REFILL) ? SKB_ALLOC_RX : 0, NUMA_NO_NODE)
