// SPDX-License-Identifier: GPL-2.0
//
// Packet buffers ask with which gfp they are made for receive: the data (series
// patch 9), and what the series left out: the struct sk_buff itself and the page
// fragments that drivers cut up. Whether a packet in reserve memory may be merged
// with one that is not. And one that was read is freed at once: otherwise it may
// wait on the list of the CPU that made it until that CPU happens to receive.
//
// netswap-rule: skbuff_c_include  file=net/core/skbuff.c  token=linux/memreserve.h  count=1  kernels=6.12  elsewhere: skbuff_c_include_old
// netswap-rule: skbuff_c_include_old  file=net/core/skbuff.c  token=linux/memreserve.h  count=1  kernels=6.1  elsewhere: skbuff_c_include
// netswap-rule: rx_data_alloc  file=net/core/skbuff.c  token=gfp_mask = memreserve_rx_gfp  count=3
// netswap-rule: rx_head_bulk  file=net/core/skbuff.c  token=memreserve_alloc_heads  count=1
// netswap-rule: rx_head_built  file=net/core/skbuff.c  token=memreserve_late_head  count=2  kernels=6.12  elsewhere: rx_head_built_old
// netswap-rule: rx_head_built_old  file=net/core/skbuff.c  token=memreserve_late_head  count=1  kernels=6.1  elsewhere: rx_head_built
// netswap-rule: rx_head_mark  file=net/core/skbuff.c  token=memreserve_mark_head  count=1
// netswap-rule: rx_head_keeps_mark  file=net/core/skbuff.c  token=memreserve_alloc_skb  count=6
// netswap-rule: rx_head_put  file=net/core/skbuff.c  token=memreserve_return_object  count=1  kernels=6.12  elsewhere: rx_head_put_old
// netswap-rule: rx_head_put_old  file=net/core/skbuff.c  token=memreserve_return_object  count=1  kernels=6.1  elsewhere: rx_head_put
// netswap-rule: rx_frag_napi  file=net/core/skbuff.c  token=memreserve_refill_gfp(FRAG  count=2  kernels=6.12  elsewhere: rx_frag_old
// netswap-rule: rx_frag_old  file=net/core/skbuff.c  token=memreserve_refill_gfp(FRAG  count=3  kernels=6.1  elsewhere: rx_frag_napi
// netswap-rule: merge_coalesce  file=net/core/skbuff.c  token=(memreserve_refuses_merge  count=1
// netswap-rule: defer_free  file=net/core/skbuff.c  token=(memreserve_asks(SOCK) && skb_pfmemalloc(skb))  count=1

@skbuff_c_include@
@@
 #include <linux/skbuff_ref.h>
+#include <linux/memreserve.h>

@skbuff_c_include_old@
@@
 #include <linux/errqueue.h>
+#include <linux/memreserve.h>

@rx_data_alloc@
symbol gfp_mask, flags;
@@
(
 	if (sk_memalloc_socks() && (flags & SKB_ALLOC_RX))
-		gfp_mask |= __GFP_MEMALLOC;
+		gfp_mask = memreserve_rx_gfp(gfp_mask);
|
 	if (sk_memalloc_socks())
-		gfp_mask |= __GFP_MEMALLOC;
+		gfp_mask = memreserve_rx_gfp(gfp_mask);
)

@rx_head_bulk@
expression list ES;
@@
 napi_skb_cache_get(...)
 {
 	<+...
-	kmem_cache_alloc_bulk(ES)
+	memreserve_alloc_heads(ES)
 	...+>
 }

// For a buffer that the driver has already: most of virtio_net's packets.
@rx_head_built@
identifier f =~ "^(__build_skb|slab_build_skb)$";
@@
 f(...)
 {
 	<+...
-	kmem_cache_alloc(net_hotdata.skbuff_cache, GFP_ATOMIC | __GFP_NOWARN)
+	kmem_cache_alloc(net_hotdata.skbuff_cache, GFP_ATOMIC | __GFP_NOWARN) ?: memreserve_late_head(net_hotdata.skbuff_cache, GFP_ATOMIC | __GFP_NOWARN)
 	...+>
 }

@rx_head_built_old@
@@
 __build_skb(...)
 {
 	<+...
-	kmem_cache_alloc(skbuff_head_cache, GFP_ATOMIC)
+	kmem_cache_alloc(skbuff_head_cache, GFP_ATOMIC | __GFP_NOWARN) ?: memreserve_late_head(skbuff_head_cache, GFP_ATOMIC | __GFP_NOWARN)
 	...+>
 }

// Who holds a received packet holds its head, wherever its data is. Others are not
// sent again when they are dropped for their head, as a netlink answer.
@rx_head_mark@
symbol skb;
@@
 	skb_set_kcov_handle(skb, kcov_common_handle());
+	memreserve_mark_head(skb);

@rx_head_keeps_mark@
expression size, gfp, flags, node;
@@
-	__alloc_skb(size, gfp, flags, node)
+	memreserve_alloc_skb(size, gfp, flags, node)

// A CPU keeps the heads of packets that are gone, the lowest ones for ever.
@rx_head_put@
symbol skb;
statement S, S1;
@@
 napi_skb_cache_put(...)
 {
 	... when != S1
+	if (memreserve_return_object(net_hotdata.skbuff_cache, skb))
+		return;
 	S
 	... when any
 }

@rx_head_put_old@
symbol skb;
statement S, S1;
@@
 napi_skb_cache_put(...)
 {
 	... when != S1
+	if (memreserve_return_object(skbuff_head_cache, skb))
+		return;
 	S
 	... when any
 }

@rx_frag_napi@
identifier f =~ "^__(napi|netdev)_alloc_frag_align$";
expression E1, E2, E3;
@@
 f(...)
 {
 	<+...
 	__page_frag_alloc_align(E1, E2,
-	GFP_ATOMIC | __GFP_NOWARN,
+	memreserve_refill_gfp(FRAG, GFP_ATOMIC | __GFP_NOWARN),
 	E3)
 	...+>
 }

@rx_frag_old@
identifier f =~ "^__(napi|netdev)_alloc_frag_align$";
expression E1, E2, E3;
@@
 f(...)
 {
 	<+...
 	page_frag_alloc_align(E1, E2,
-	GFP_ATOMIC,
+	memreserve_refill_gfp(FRAG, GFP_ATOMIC),
 	E3)
 	...+>
 }

@merge_coalesce@
symbol to, from;
statement S;
@@
 skb_try_coalesce(...)
 {
 	<+...
(
+	if (memreserve_refuses_merge(to, from))
+		return false;
 	if (to->pp_recycle != from->pp_recycle) S
|
+	if (memreserve_refuses_merge(to, from))
+		return false;
 	if (to->pp_recycle != from->pp_recycle || (from->pp_recycle && skb_cloned(from))) S
)
 	...+>
 }

@defer_free@
symbol cpu, skb;
@@
 skb_attempt_defer_free(...)
 {
 	<+...
-	cpu == raw_smp_processor_id()
+	(memreserve_asks(SOCK) && skb_pfmemalloc(skb)) || cpu == raw_smp_processor_id()
 	...+>
 }
