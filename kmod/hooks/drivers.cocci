// SPDX-License-Identifier: GPL-2.0
//
// Drivers that take whole pages for their rings by themselves, not from the
// stack: packets that are larger than a page's half (e1000, e1000e), and what is
// longer than the first buffer of a packet (vmxnet3). e1000e sets its rings up
// with the same functions, and may wait for memory then.
//
// netswap-rule: e1000_pages  file=drivers/net/ethernet/intel/e1000/e1000_main.c  token=memreserve_refill_gfp(POLL  count=1
// netswap-rule: e1000e_pages  file=drivers/net/ethernet/intel/e1000e/netdev.c  token=memreserve_ring_gfp  count=2
// netswap-rule: vmxnet3_pages  file=drivers/net/vmxnet3/vmxnet3_drv.c  token=memreserve_refill_gfp(POLL  count=2

@e1000_pages@
@@
 e1000_alloc_jumbo_rx_buffers(...)
 {
 	<+...
-	alloc_page(GFP_ATOMIC)
+	alloc_page(memreserve_refill_gfp(POLL, GFP_ATOMIC))
 	...+>
 }

@e1000e_pages@
identifier f =~ "^e1000_alloc_(rx_buffers_ps|jumbo_rx_buffers)$";
symbol gfp;
@@
 f(...)
 {
 	<+...
-	alloc_page(gfp)
+	alloc_page(memreserve_ring_gfp(gfp))
 	...+>
 }

@vmxnet3_pages@
identifier f =~ "^vmxnet3_rq_(alloc_rx_buf|rx_complete)$";
@@
 f(...)
 {
 	<+...
-	alloc_page(GFP_ATOMIC)
+	alloc_page(memreserve_refill_gfp(POLL, GFP_ATOMIC))
 	...+>
 }
