// SPDX-License-Identifier: GPL-2.0
//
// Before receive rings, receive queues or the limits for fragments grow, ask
// whether the memory for that can be reserved. No counterpart in the series;
// the original designs refused the fragment limits.
//
// netswap-rule: rings_netlink  file=net/ethtool/rings.c  token=memreserve_grow_ring  count=1
// netswap-rule: queues_netlink  file=net/ethtool/channels.c  token=memreserve_grow_queues  count=1
// netswap-rule: rings_ioctl  file=net/ethtool/ioctl.c  token=memreserve_grow_ring  count=1
// netswap-rule: queues_ioctl  file=net/ethtool/ioctl.c  token=memreserve_grow_queues  count=1
// netswap-rule: fragments_v4_limit  file=net/ipv4/ip_fragment.c  token=memreserve_frag_thresh  count=1
// netswap-rule: fragments_v6_limit  file=net/ipv6/reassembly.c  token=memreserve_frag_thresh  count=1

@rings_netlink@
symbol ret, dev, ringparam;
expression list ES;
@@
 ethnl_set_rings(...)
 {
 	<+...
-	ret = dev->ethtool_ops->set_ringparam(ES);
+	ret = memreserve_grow_ring(dev, ringparam.rx_pending) ?: dev->ethtool_ops->set_ringparam(ES);
 	...+>
 }

@queues_netlink@
symbol ret, dev, channels;
expression list ES;
@@
 ethnl_set_channels(...)
 {
 	<+...
-	ret = dev->ethtool_ops->set_channels(ES);
+	ret = memreserve_grow_queues(dev, channels.rx_count + channels.combined_count) ?: dev->ethtool_ops->set_channels(ES);
 	...+>
 }

@rings_ioctl@
symbol ret, dev, ringparam;
expression list ES;
@@
 ethtool_set_ringparam(...)
 {
 	<+...
-	ret = dev->ethtool_ops->set_ringparam(ES);
+	ret = memreserve_grow_ring(dev, ringparam.rx_pending) ?: dev->ethtool_ops->set_ringparam(ES);
 	...+>
 }

@queues_ioctl@
symbol ret, dev, channels;
expression list ES;
@@
 ethtool_set_channels(...)
 {
 	<+...
-	ret = dev->ethtool_ops->set_channels(ES);
+	ret = memreserve_grow_queues(dev, channels.rx_count + channels.combined_count) ?: dev->ethtool_ops->set_channels(ES);
 	...+>
 }

@fragments_v4_limit@
symbol table, net;
@@
 ip4_frags_ns_ctl_register(...)
 {
 	<+...
 	table[0].data = &net->ipv4.fqdir->high_thresh;
+	table[0].proc_handler = memreserve_frag_thresh;
 	...+>
 }

@fragments_v6_limit@
symbol table, net;
@@
 ip6_frags_ns_sysctl_register(...)
 {
 	<+...
 	table[0].data = &net->ipv6.fqdir->high_thresh;
+	table[0].proc_handler = memreserve_frag_thresh;
 	...+>
 }
