// SPDX-License-Identifier: GPL-2.0
//
// A packet is kept until somebody has time for it: a program that reads what
// errors its socket had, or the worker of multicast groups, which waits for a
// lock that others have while they wait for memory.
//
// netswap-rule: later_errors  file=net/core/skbuff.c  token=memreserve_refuses_hold_by(LATER  count=1
// netswap-rule: later_groups  file=net/ipv6/mcast.c  token=memreserve_refuses_hold(LATER  count=2

@later_errors@
symbol sk, skb;
@@
 sock_queue_err_skb(...)
 {
+	if (memreserve_refuses_hold_by(LATER, sk, skb))
+		return -ENOMEM;
 	...
 }

@later_groups@
identifier event =~ "^igmp6_event_(query|report)$";
symbol idev, skb;
@@
 event(...)
 {
 	<+...
-	if (!idev || idev->dead)
+	if (!idev || idev->dead || memreserve_refuses_hold(LATER, skb))
 		goto out;
 	...+>
 }
