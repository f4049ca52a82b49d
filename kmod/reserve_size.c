// SPDX-License-Identifier: GPL-2.0
/*
 * How many pages each group of the reservation tree needs, from what the
 * machine looks like. Plain arithmetic; all results are pages.
 */
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/skbuff.h>

#include "reserve.h"

/* Heads, data of small packets and replies that one CPU handles at a time. */
#define PAGES_PER_CPU		64
/* A neighbour entry, a route, and the slabs that they come from. */
#define PAGES_PER_LOOKUP	8
/* Two windows of 64 KiB: one under way and one being acknowledged. */
#define PAGES_PER_CONNECTION	(2 * SZ_64K / PAGE_SIZE)
/* Page tables, radix nodes, bios: what a reclaimer needs besides packets. */
#define PAGES_PER_RECLAIMER	16
#define RECLAIMERS		2	/* kswapd and one that sends */

/* Buffers that a page is cut into when each takes a packet of @mtu bytes. */
static unsigned int buffer_bytes(unsigned int mtu)
{
	return SKB_DATA_ALIGN(NET_SKB_PAD + NET_IP_ALIGN + ETH_HLEN +
			      VLAN_HLEN + mtu) +
	       SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
}

/**
 * netswap_size_nic - a full set of receive rings
 * @nic: queues, buffers a queue, MTU
 */
unsigned int netswap_size_nic(const struct netswap_nic *nic)
{
	unsigned int bytes = buffer_bytes(nic->mtu);
	unsigned int buffers = nic->queues * nic->ring;

	if (bytes <= PAGE_SIZE)
		return DIV_ROUND_UP(buffers, PAGE_SIZE / bytes);
	return buffers * DIV_ROUND_UP(bytes, PAGE_SIZE);
}
EXPORT_SYMBOL_IF_KUNIT(netswap_size_nic);

unsigned int netswap_size_cpus(unsigned int cpus)
{
	return cpus * PAGES_PER_CPU;
}

unsigned int netswap_size_lookup(unsigned int nics)
{
	return nics * PAGES_PER_LOOKUP;
}

/**
 * netswap_size_reassembly - fragments that may wait
 * @bytes: the limit of the stack
 * @sockets: marked datagram sockets; a stream needs no fragments
 */
unsigned int netswap_size_reassembly(unsigned long bytes, unsigned int sockets)
{
	return sockets ? min_t(unsigned long, DIV_ROUND_UP(bytes, PAGE_SIZE),
			       UINT_MAX / 4) : 0;
}
EXPORT_SYMBOL_IF_KUNIT(netswap_size_reassembly);

unsigned int netswap_size_transport(unsigned int sockets)
{
	return sockets * PAGES_PER_CONNECTION;
}

unsigned int netswap_size_reclaim(unsigned int cpus)
{
	return max(cpus, RECLAIMERS) * PAGES_PER_RECLAIMER;
}
EXPORT_SYMBOL_IF_KUNIT(netswap_size_reclaim);
