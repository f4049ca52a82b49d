// SPDX-License-Identifier: GPL-2.0
//
// A packet waits for its next hop's address to be found: may one in reserve
// memory? Likewise a question that is to be answered on behalf of somebody
// else, a random time later.
//
// netswap-rule: neighbour_queue  file=net/core/neighbour.c  token=if (skb && memreserve_refuses_hold(NEIGHBOUR  count=1
// netswap-rule: neighbour_proxy  file=net/core/neighbour.c  token=if (memreserve_refuses_hold(NEIGHBOUR  count=1

@neighbour_queue@
symbol skb;
statement S;
@@
 __neigh_event_send(...)
 {
 	<+...
-	if (skb) S
+	if (skb && memreserve_refuses_hold(NEIGHBOUR, skb))
+		memreserve_drop(skb);
+	else if (skb) S
 	...+>
 }

@neighbour_proxy@
symbol p, skb;
statement S;
@@
 pneigh_enqueue(...)
 {
 	<+...
+	if (memreserve_refuses_hold(NEIGHBOUR, skb)) {
+		memreserve_drop(skb);
+		return;
+	}
 	if (p->qlen > NEIGH_VAR(p, PROXY_QLEN)) S
 	...+>
 }
