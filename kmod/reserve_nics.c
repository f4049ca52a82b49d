// SPDX-License-Identifier: GPL-2.0
/* The NICs that reservations are computed from, as they are now. */
#include <linux/device.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/printk.h>
#include <linux/rtnetlink.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include "reserve.h"

#define USUAL_RING	256

static unsigned long looks;		/* at the NICs, so far; under rtnl */

static unsigned int ring_size(struct net_device *dev)
{
	struct kernel_ethtool_ringparam kernel_ring = {};
	struct ethtool_ringparam ring = { .cmd = ETHTOOL_GRINGPARAM };

	ASSERT_RTNL();
	if (dev->ethtool_ops && dev->ethtool_ops->get_ringparam)
		dev->ethtool_ops->get_ringparam(dev, &ring, &kernel_ring, NULL);
	return ring.rx_pending ?: USUAL_RING;
}

/* Has it a ring that must be filled? What only passes packets on has none. */
bool netswap_has_rings(const struct net_device *dev)
{
	return !(dev->flags & IFF_LOOPBACK) && dev->dev.parent &&
	       netif_device_present(dev);
}

void netswap_read_nics(struct netswap_live *live, const struct net_device *gone)
{
	struct net_device *dev;

	ASSERT_RTNL();
	live->nics_look = ++looks;
	live->nr_nics = 0;
	for_each_netdev(&init_net, dev) {
		struct netswap_nic *nic = &live->nics[live->nr_nics];

		if (dev == gone || !netswap_has_rings(dev))
			continue;
		if (live->nr_nics == ARRAY_SIZE(live->nics)) {
			pr_warn_once("netswap: only %zu NICs are in the reservation tree\n",
				     ARRAY_SIZE(live->nics));
			break;
		}
		strscpy(nic->name, dev->name, sizeof(nic->name));
		nic->queues = dev->real_num_rx_queues;
		nic->ring = ring_size(dev);
		nic->mtu = READ_ONCE(dev->mtu);
		live->nr_nics++;
	}
}
