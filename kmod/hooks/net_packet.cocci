// SPDX-License-Identifier: GPL-2.0
//
// A packet socket bound to one protocol is no tap: it sees packets in reserve
// memory, and keeps them until its program reads. May it?
//
// netswap-rule: packet_socket  file=net/packet/af_packet.c  token=memreserve_refuses_hold_by(PACKET  count=3

@packet_socket@
identifier f =~ "^(packet_rcv|packet_rcv_spkt|tpacket_rcv)$";
symbol sk, pt, skb;
@@
 f(...)
 {
 	<+...
 	sk = pt->af_packet_priv;
+	if (memreserve_refuses_hold_by(PACKET, sk, skb)) {
+		memreserve_drop(skb);
+		return 0;
+	}
 	...+>
 }
