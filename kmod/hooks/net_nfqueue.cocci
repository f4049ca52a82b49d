// SPDX-License-Identifier: GPL-2.0
//
// A rule of the packet filter gives a packet to a program and waits for its
// verdict: may one in reserve memory be given away? No: it is dropped.
//
// netswap-rule: nfqueue  file=net/netfilter/nf_queue.c  token=memreserve_refuses_hold(NFQUEUE  count=1

@nfqueue@
symbol qh, nf_queue_handler, skb;
@@
 __nf_queue(...)
 {
 	<+...
+	if (memreserve_refuses_hold(NFQUEUE, skb))
+		return -ENOMEM;
 	qh = rcu_dereference(nf_queue_handler);
 	...+>
 }
