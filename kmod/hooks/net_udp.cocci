// SPDX-License-Identifier: GPL-2.0
//
// A tunnel takes its packets from a UDP socket before that socket is asked
// whether it may keep them: may it have one in reserve memory?
//
// netswap-rule: encap_v4  file=net/ipv4/udp.c  token=memreserve_refuses_hold_by(ENCAP  count=1
// netswap-rule: encap_v6  file=net/ipv6/udp.c  token=memreserve_refuses_hold_by(ENCAP  count=1

@encap_v4@
symbol ret, encap_rcv, sk, skb, drop_reason, drop;
@@
 udp_queue_rcv_one_skb(...)
 {
 	<+...
+	if (memreserve_refuses_hold_by(ENCAP, sk, skb)) {
+		drop_reason = SKB_DROP_REASON_NOMEM;
+		goto drop;
+	}
 	ret = encap_rcv(sk, skb);
 	...+>
 }

@encap_v6@
symbol ret, encap_rcv, sk, skb, drop_reason, drop;
@@
 udpv6_queue_rcv_one_skb(...)
 {
 	<+...
+	if (memreserve_refuses_hold_by(ENCAP, sk, skb)) {
+		drop_reason = SKB_DROP_REASON_NOMEM;
+		goto drop;
+	}
 	ret = encap_rcv(sk, skb);
 	...+>
 }
