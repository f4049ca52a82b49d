// SPDX-License-Identifier: GPL-2.0
//
// A fragment waits for the others of its datagram, for half a minute if need
// be, before anybody knows which socket it is for: may one in reserve memory?
// What is put together of fragments is marked when one of them is.
//
// netswap-rule: frag_v4  file=net/ipv4/ip_fragment.c  token=memreserve_refuses_hold(FRAGMENT  count=1
// netswap-rule: frag_v6  file=net/ipv6/reassembly.c  token=memreserve_refuses_hold(FRAGMENT  count=1
// netswap-rule: frag_v6_conntrack  file=net/ipv6/netfilter/nf_conntrack_reasm.c  token=memreserve_refuses_hold(FRAGMENT  count=1
// netswap-rule: frag_join  file=net/ipv4/inet_fragment.c  token=memreserve_join_mark  count=1

@frag_v4@
symbol net, skb, IPSTATS_MIB_REASMREQDS;
@@
 ip_defrag(...)
 {
 	<+...
+	if (memreserve_refuses_hold(FRAGMENT, skb)) {
+		memreserve_drop(skb);
+		return -ENOMEM;
+	}
 	__IP_INC_STATS(net, IPSTATS_MIB_REASMREQDS);
 	...+>
 }

@frag_v6@
symbol iif, skb;
@@
 ipv6_frag_rcv(...)
 {
 	<+...
+	if (memreserve_refuses_hold(FRAGMENT, skb)) {
+		memreserve_drop(skb);
+		return -1;
+	}
 	iif = skb->dev ? skb->dev->ifindex : 0;
 	...+>
 }

@frag_v6_conntrack@
symbol fhoff, skb;
@@
 nf_ct_frag6_gather(...)
 {
 	<+...
+	if (memreserve_refuses_hold(FRAGMENT, skb))
+		return -ENOMEM;
 	skb_set_transport_header(skb, fhoff);
 	...+>
 }

@frag_join@
symbol sum_truesize, fp, head;
@@
 inet_frag_reasm_finish(...)
 {
 	<+...
 	sum_truesize += fp->truesize;
+	memreserve_join_mark(head, fp);
 	...+>
 }
