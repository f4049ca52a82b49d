// SPDX-License-Identifier: GPL-2.0
//
// Two packets become one, and one mark speaks for both: may a packet in reserve
// memory be merged with one that is not? The mark would be lost, or go to
// memory that has none.
//
// netswap-rule: merge_gro  file=net/core/gro.c  token=(memreserve_refuses_merge  count=2  kernels=6.12  elsewhere: merge_gro_old
// netswap-rule: merge_gro_old  file=net/core/gro.c  token=(memreserve_refuses_merge  count=2  kernels=6.1  elsewhere: merge_gro

@merge_gro@
symbol p, skb, ETOOMANYREFS, E2BIG;
statement S;
@@
(
+	if (memreserve_refuses_merge(p, skb))
+		return -ETOOMANYREFS;
 	if (p->pp_recycle != skb->pp_recycle) S
|
+	if (memreserve_refuses_merge(p, skb))
+		return -ETOOMANYREFS;
 	if (!pskb_may_pull(skb, skb_gro_offset(skb))) S
)

@merge_gro_old@
symbol p, skb, ETOOMANYREFS, E2BIG;
statement S;
@@
(
+	if (memreserve_refuses_merge(p, skb))
+		return -ETOOMANYREFS;
 	if (p->pp_recycle != skb->pp_recycle) S
|
+	if (memreserve_refuses_merge(p, skb))
+		return -ETOOMANYREFS;
 	if (unlikely(p->len + skb->len >= 65536 || NAPI_GRO_CB(skb)->flush)) S
)
