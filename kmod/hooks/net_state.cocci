// SPDX-License-Identifier: GPL-2.0
//
// A packet makes the network remember something when it has long gone: an entry
// of connection tracking, a stranger's link address, whom it told of an error
// how often, a router. Softirq allocates that with PF_MEMALLOC if the packet is
// in reserve memory: may it?
//
// netswap-rule: state_track  file=net/netfilter/nf_conntrack_core.c  token=memreserve_refuses_hold(STATE  count=1
// netswap-rule: state_error_v4  file=net/ipv4/icmp.c  token=memreserve_refuses_hold(STATE, skb_in  count=1
// netswap-rule: state_error_v6  file=net/ipv6/icmp.c  token=memreserve_refuses_hold(STATE  count=1
// netswap-rule: state_redirect  file=net/ipv4/icmp.c  token=memreserve_refuses_hold(STATE, skb))  count=1
// netswap-rule: state_stranger_v4  file=net/ipv4/arp.c  token=memreserve_refuses_stranger  count=2
// netswap-rule: state_stranger_v6  file=net/ipv6/ndisc.c  token=memreserve_refuses_stranger  count=1
// netswap-rule: state_metrics  file=net/ipv4/tcp_metrics.c  token=memreserve_state_gfp  count=1
// netswap-rule: state_peer  file=net/ipv4/inetpeer.c  token=memreserve_state_gfp  count=1
// netswap-rule: state_set  file=net/netfilter/nft_dynset.c  token=memreserve_state_gfp  count=1
// netswap-rule: state_news  file=net/core/neighbour.c  token=memreserve_state_gfp  count=2
// netswap-rule: state_router  file=net/ipv6/ndisc.c  token=memreserve_refuses_router  count=1
// netswap-rule: state_advice  file=net/ipv6/ndisc.c  token=memreserve_ordinary  count=2
// netswap-rule: state_answer_v4  file=net/ipv4/ip_output.c  token=memreserve_refuses_answer  count=1
// netswap-rule: state_answer_v6  file=net/ipv6/ip6_output.c  token=memreserve_refuses_answer  count=1
// netswap-rule: state_mtu_v4  file=net/ipv4/route.c  token=memreserve_refuses_hold(ENCAP  count=1
// netswap-rule: state_mtu_sk_v4  file=net/ipv4/route.c  token=memreserve_refuses_hold_by(ENCAP  count=1
// netswap-rule: state_mtu_v6  file=net/ipv6/route.c  token=memreserve_refuses_hold(ENCAP  count=1

// The packet goes on, of no connection that is known.

@state_track@
symbol zone, tmpl, skb, tmp;
@@
 init_conntrack(...)
 {
 	<+...
+	if (memreserve_refuses_hold(STATE, skb))
+		return NULL;
 	zone = nf_ct_zone_tmpl(tmpl, skb, &tmp);
 	...+>
 }

@state_error_v4@
symbol rt, skb_in;
@@
 __icmp_send(...)
 {
 	<+...
 	if (!rt)
 		return;
+	if (memreserve_refuses_hold(STATE, skb_in))
+		return;
 	...+>
 }

@state_error_v6@
symbol skb;
@@
 icmp6_send(...)
 {
 	<+...
 	if (!skb->dev)
 		return;
+	if (memreserve_refuses_hold(STATE, skb))
+		return;
 	...+>
 }

@state_redirect@
symbol skb;
@@
 icmp_redirect(...)
 {
 	<+...
+	if (memreserve_refuses_hold(STATE, skb))
+		return SKB_DROP_REASON_NOMEM;
 	icmp_socket_deliver(skb, ...);
 	...+>
 }

@state_stranger_v4@
symbol sha, sip, dev, skb;
expression table;
@@
 arp_process(...)
 {
 	<+...
-	neigh_event_ns(table, sha, &sip, dev)
+	(memreserve_refuses_stranger(table, &sip, dev, skb) ? NULL :
+	 neigh_event_ns(table, sha, &sip, dev))
 	...+>
 }

@state_stranger_v6@
symbol nd_tbl, saddr, dev, skb;
expression creates;
@@
 ndisc_recv_ns(...)
 {
 	<+...
 	__neigh_lookup(&nd_tbl, saddr, dev,
-		creates
+		(creates) && !memreserve_refuses_stranger(&nd_tbl, saddr, dev, skb)
 	)
 	...+>
 }

// One for each peer that there ever was, and no connection needs it.

@state_metrics@
expression size;
@@
 tcpm_new(...)
 {
 	<+...
-	kzalloc(size, GFP_ATOMIC)
+	kzalloc(size, memreserve_state_gfp(GFP_ATOMIC))
 	...+>
 }

// Nor one for each that is told of an error.

@state_peer@
symbol peer_cachep;
@@
 inet_getpeer(...)
 {
 	<+...
 	kmem_cache_alloc(peer_cachep,
-			 GFP_ATOMIC
+			 memreserve_state_gfp(GFP_ATOMIC)
 	)
 	...+>
 }

@state_set@
@@
 nft_set_elem_init(...,
-		   GFP_ATOMIC
+		   memreserve_state_gfp(GFP_ATOMIC)
 )

// Who listens is told that he missed something.

@state_news@
symbol skb, net;
expression size;
@@
 __neigh_notify(...)
 {
 	<+...
(
 	nlmsg_new(size,
-		  GFP_ATOMIC
+		  memreserve_state_gfp(GFP_ATOMIC)
 	)
|
 	rtnl_notify(skb, net, 0, RTNLGRP_NEIGH, NULL,
-		    GFP_ATOMIC
+		    memreserve_state_gfp(GFP_ATOMIC)
 	)
)
 	...+>
 }

@state_router@
symbol msg, skb;
statement S;
@@
 ndisc_rcv(...)
 {
 	<+...
 	if (msg->icmph.icmp6_code != 0) S
+	if (msg->icmph.icmp6_type != NDISC_NEIGHBOUR_SOLICITATION &&
+	    msg->icmph.icmp6_type != NDISC_NEIGHBOUR_ADVERTISEMENT &&
+	    memreserve_refuses_router(skb))
+		return SKB_DROP_REASON_NOMEM;
 	...+>
 }

// A router that we have says that it is still there, and may say much else.

@state_advice@
symbol reason, skb;
@@
 ndisc_rcv(...)
 {
 	struct nd_msg *msg;
+	unsigned int memalloc;
 	<+...
(
+	memalloc = memreserve_ordinary_begin();
 	reason = ndisc_router_discovery(skb);
+	memreserve_ordinary_end(memalloc);
|
+	memalloc = memreserve_ordinary_begin();
 	ndisc_router_discovery(skb);
+	memreserve_ordinary_end(memalloc);
)
 	...+>
 }

// An answer, in whatever memory, to a packet in reserve memory: its neighbour
// is known, or there will be none.

@state_answer_v4@
symbol neigh, rt, skb, is_v6gw;
@@
 ip_finish_output2(...)
 {
 	<+...
-	neigh = ip_neigh_for_gw(rt, skb, &is_v6gw);
+	neigh = memreserve_refuses_answer(memreserve_knows_hop(rt, skb), skb) ?
+		ERR_PTR(-ENOBUFS) : ip_neigh_for_gw(rt, skb, &is_v6gw);
 	...+>
 }

@state_answer_v6@
symbol neigh, nd_tbl, nexthop, dev, skb, false;
@@
 ip6_finish_output2(...)
 {
 	<+...
-	neigh = __neigh_create(&nd_tbl, nexthop, dev, false);
+	neigh = memreserve_refuses_answer(false, skb) ?
+		ERR_PTR(-ENOBUFS) : __neigh_create(&nd_tbl, nexthop, dev, false);
 	...+>
 }

// The MTU on the way to somebody. TCP, which swap goes over, has its own way to
// be told; nobody can tell what goes through a tunnel.

@state_mtu_v4@
symbol skb;
@@
 ipv4_update_pmtu(...)
 {
 	<+...
+	if (memreserve_refuses_hold(ENCAP, skb))
+		return;
 	__build_flow_key(...);
 	...+>
 }

@state_mtu_sk_v4@
symbol skb, sk;
@@
 ipv4_sk_update_pmtu(...)
 {
 	<+...
+	if (memreserve_refuses_hold_by(ENCAP, sk, skb))
+		return;
 	bh_lock_sock(sk);
 	...+>
 }

@state_mtu_v6@
symbol dst, net, skb;
expression flow;
@@
 ip6_update_pmtu(...)
 {
 	<+...
+	if (memreserve_refuses_hold(ENCAP, skb))
+		return;
 	dst = ip6_route_output(net, NULL, flow);
 	...+>
 }
