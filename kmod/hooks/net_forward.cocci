// SPDX-License-Identifier: GPL-2.0
//
// A packet that is only passing through may wait for another machine: may one
// in reserve memory be forwarded, queued for transmission, or handed to the
// program behind a tun device?
//
// netswap-rule: forward_v4  file=net/ipv4/ip_forward.c  token=memreserve_refuses_hold(FORWARD  count=1
// netswap-rule: forward_v6  file=net/ipv6/ip6_output.c  token=memreserve_refuses_hold(FORWARD  count=1
// netswap-rule: forward_tun  file=drivers/net/tun.c  token=memreserve_refuses_hold_by(TUN  count=1

@forward_v4@
symbol skb, drop, PACKET_HOST;
@@
 ip_forward(...)
 {
 	<+...
+	if (memreserve_refuses_hold(FORWARD, skb)) {
+		memreserve_drop(skb);
+		return NET_RX_DROP;
+	}
 	if (skb->pkt_type != PACKET_HOST)
 		goto drop;
 	...+>
 }

@forward_v6@
symbol skb, drop, PACKET_HOST;
@@
 ip6_forward(...)
 {
 	<+...
+	if (memreserve_refuses_hold(FORWARD, skb)) {
+		memreserve_drop(skb);
+		return NET_RX_DROP;
+	}
 	if (skb->pkt_type != PACKET_HOST)
 		goto drop;
 	...+>
 }

@forward_tun@
symbol tun, skb, tfile, drop_reason, drop;
statement S;
@@
 tun_net_xmit(...)
 {
 	<+...
+	if (memreserve_refuses_hold_by(TUN, tfile->socket.sk, skb)) {
+		drop_reason = SKB_DROP_REASON_NOMEM;
+		goto drop;
+	}
 	if (!check_filter(&tun->txflt, skb)) S
 	...+>
 }
