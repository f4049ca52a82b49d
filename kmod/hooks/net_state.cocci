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
// netswap-rule: state_route  file=net/ipv4/route.c  token=memreserve_refuses_cache  count=1
// netswap-rule: state_router  file=net/ipv6/ndisc.c  token=memreserve_refuses_hold(STATE  count=1

@state_track@
symbol zone, tmpl, skb, tmp;
@@
 init_conntrack(...)
 {
 	<+...
+	if (memreserve_refuses_hold(STATE, skb))
+		return ERR_PTR(-ENOMEM);
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

// Both callers know what to do with a route that could not be cached.

@state_route@
symbol orig, p, rt;
@@
 rt_cache_route(...)
 {
 	<+...
+	if (memreserve_refuses_cache(rt))
+		return false;
 	orig = *p;
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
+	    memreserve_refuses_hold(STATE, skb))
+		return SKB_DROP_REASON_NOMEM;
 	...+>
 }
