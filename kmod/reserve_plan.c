// SPDX-License-Identifier: GPL-2.0
/*
 * The shape of the reservation tree, and how many pages each group would have.
 * Computes; keeps and changes nothing.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "reserve.h"

#define TRANSPORT(t)	(NETSWAP_GROUP_NBD + NETSWAP_TRANSPORT_##t)

#define TRANSPORT_GROUP(_name) {					\
	.name = _name, .parent = NETSWAP_GROUP_TRANSMIT,		\
	.charge = NETSWAP_NO_CHARGE,						\
	.needs = BIT(NETSWAP_GROUP_NETWORK) | BIT(NETSWAP_GROUP_RECLAIM),	\
}

const struct netswap_group_shape netswap_groups[NETSWAP_NR_GROUPS] = {
	[NETSWAP_GROUP_TOTAL] = {
		.name = "total", .charge = NETSWAP_NO_CHARGE,
		.needs = BIT(NETSWAP_GROUP_NETWORK) |
			 BIT(NETSWAP_GROUP_TRANSMIT) | BIT(NETSWAP_GROUP_RECLAIM),
	},
	[NETSWAP_GROUP_NETWORK] = {
		.name = "network", .charge = NETSWAP_NO_CHARGE,
		.needs = BIT(NETSWAP_GROUP_RINGS) | BIT(NETSWAP_GROUP_PACKETS) |
			 BIT(NETSWAP_GROUP_REASSEMBLY_V4) |
			 BIT(NETSWAP_GROUP_REASSEMBLY_V6),
	},
	[NETSWAP_GROUP_RINGS] = {
		.name = "rings", .parent = NETSWAP_GROUP_NETWORK,
		.charge = NETSWAP_CHARGE_RINGS,
	},
	[NETSWAP_GROUP_PACKETS] = {
		.name = "packets", .parent = NETSWAP_GROUP_NETWORK,
		.charge = NETSWAP_CHARGE_PACKETS,
		.needs = BIT(NETSWAP_GROUP_LOOKUP),
	},
	[NETSWAP_GROUP_LOOKUP] = {
		.name = "lookup", .parent = NETSWAP_GROUP_PACKETS,
		.charge = NETSWAP_NO_CHARGE,
	},
	[NETSWAP_GROUP_REASSEMBLY_V4] = {
		.name = "reassembly-v4", .parent = NETSWAP_GROUP_NETWORK,
		.charge = NETSWAP_CHARGE_REASSEMBLY_V4,
	},
	[NETSWAP_GROUP_REASSEMBLY_V6] = {
		.name = "reassembly-v6", .parent = NETSWAP_GROUP_NETWORK,
		.charge = NETSWAP_CHARGE_REASSEMBLY_V6,
	},
	[NETSWAP_GROUP_TRANSMIT] = {
		.name = "transmit", .charge = NETSWAP_CHARGE_TRANSMIT,
		.needs = GENMASK(NETSWAP_GROUP_RECLAIM - 1, NETSWAP_GROUP_NBD),
	},
	[TRANSPORT(NBD)] = TRANSPORT_GROUP("nbd"),
	[TRANSPORT(NFS)] = TRANSPORT_GROUP("nfs"),
	[TRANSPORT(ISCSI)] = TRANSPORT_GROUP("iscsi"),
	[TRANSPORT(NVME)] = TRANSPORT_GROUP("nvme"),
	[TRANSPORT(USER)] = TRANSPORT_GROUP("user"),
	[TRANSPORT(OTHER)] = TRANSPORT_GROUP("other"),
	[NETSWAP_GROUP_RECLAIM] = {
		.name = "reclaim", .charge = NETSWAP_CHARGE_RECLAIM,
	},
};

static unsigned int rings(const struct netswap_live *of)
{
	unsigned int i, pages = 0;

	for (i = 0; i < of->nr_nics; i++)
		pages += netswap_size_nic(&of->nics[i]);
	return pages;
}

/* A group's own pages, without its children's. */
static unsigned int computed(enum netswap_group group, const struct netswap_live *of)
{
	switch (group) {
	case NETSWAP_GROUP_RINGS:
		return rings(of);
	case NETSWAP_GROUP_PACKETS:
		return netswap_size_cpus(of->cpus);
	case NETSWAP_GROUP_LOOKUP:
		return netswap_size_lookup(of->nr_nics);
	case NETSWAP_GROUP_REASSEMBLY_V4:
		return netswap_size_reassembly(of->frag_bytes_v4,
					       of->datagram_sockets);
	case NETSWAP_GROUP_REASSEMBLY_V6:
		return netswap_size_reassembly(of->frag_bytes_v6,
					       of->datagram_sockets);
	case NETSWAP_GROUP_RECLAIM:
		return netswap_size_reclaim(of->cpus);
	case NETSWAP_GROUP_TOTAL:
	case NETSWAP_GROUP_NETWORK:
	case NETSWAP_GROUP_TRANSMIT:
		return 0;
	default:
		return netswap_size_transport(of->sockets[group - NETSWAP_GROUP_NBD]);
	}
}

/* All that become active with those in @active. */
static u32 closure(u32 active)
{
	u32 before;
	int group;

	do {
		before = active;
		for (group = 0; group < NETSWAP_NR_GROUPS; group++)
			if (active & BIT(group))
				active |= netswap_groups[group].needs;
	} while (active != before);
	return active;
}

static u32 with_sockets(const struct netswap_live *of)
{
	u32 mask = 0;
	int i;

	for (i = 0; i < NETSWAP_NR_TRANSPORTS; i++)
		if (of->sockets[i])
			mask |= BIT(NETSWAP_GROUP_NBD + i);
	return mask;
}

/**
 * netswap_plan - what each group would have
 * @of: what the machine looks like
 * @asked: groups that are to be active, sockets or not; a bit each
 * @set: each group's own pages plus 1 as set by request, 0: computed
 * @plan: filled in
 */
void netswap_plan(const struct netswap_live *of, u32 asked,
		  const unsigned int set[NETSWAP_NR_GROUPS], struct netswap_plan *plan)
{
	int group;

	memset(plan, 0, sizeof(*plan));
	plan->active = closure(asked | with_sockets(of));

	/* Parents have smaller numbers than their children. */
	for (group = NETSWAP_NR_GROUPS - 1; group >= 0; group--) {
		unsigned int own = set[group] ? set[group] - 1 :
						computed(group, of);

		plan->wanted[group] += own;
		if (plan->active & BIT(group))
			plan->reserved[group] += own;
		if (!group)
			break;
		plan->wanted[netswap_groups[group].parent] += plan->wanted[group];
		plan->reserved[netswap_groups[group].parent] += plan->reserved[group];
	}
}

/* Return: the group of that name, or -ENOENT. */
int netswap_group_find(const char *name)
{
	int group;

	for (group = 0; group < NETSWAP_NR_GROUPS; group++)
		if (!strcmp(netswap_groups[group].name, name))
			return group;
	return -ENOENT;
}
