// SPDX-License-Identifier: GPL-2.0
/*
 * The tree itself: which groups are active, and the emergency pool that their
 * reservations make.
 *
 * Whatever changes (a socket, a NIC, a CPU, a setting), a whole new plan is
 * computed and put into force: a pool that grows is proved to be there before
 * anybody may count on it, and one that shrinks is given back after nobody
 * does. If it cannot be had, the old plan stays.
 */
#include <linux/cpu.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "netswap.h"
#include "reserve.h"
#include "trace.h"

#define NO_CHARGE	NETSWAP_NR_CHARGES
#define TRANSPORT(t)	(NETSWAP_GROUP_NBD + NETSWAP_TRANSPORT_##t)

struct group {
	const char *name;
	enum netswap_group parent;
	enum netswap_charge charge;	/* NO_CHARGE: pages are charged to a parent */
	u32 needs;			/* groups that become active with this one */
};

#define TRANSPORT_GROUP(_name) {					\
	.name = _name, .parent = NETSWAP_GROUP_TRANSMIT,		\
	.charge = NO_CHARGE,						\
	.needs = BIT(NETSWAP_GROUP_NETWORK) | BIT(NETSWAP_GROUP_RECLAIM),	\
}

static const struct group groups[NETSWAP_NR_GROUPS] = {
	[NETSWAP_GROUP_TOTAL] = {
		.name = "total", .charge = NO_CHARGE,
		.needs = BIT(NETSWAP_GROUP_NETWORK) |
			 BIT(NETSWAP_GROUP_TRANSMIT) | BIT(NETSWAP_GROUP_RECLAIM),
	},
	[NETSWAP_GROUP_NETWORK] = {
		.name = "network", .charge = NO_CHARGE,
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
		.charge = NO_CHARGE,
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

/* What would be, or is, in force. Pages, with those of a group's children. */
struct plan {
	u32 active;
	unsigned int wanted[NETSWAP_NR_GROUPS];
	unsigned int reserved[NETSWAP_NR_GROUPS];
};

static DEFINE_MUTEX(tree_lock);	/* inside cpus_read_lock(); protects the rest */
static struct netswap_live live;
static u32 requested;		/* active because user space wants so */
static unsigned int set[NETSWAP_NR_GROUPS];	/* own pages plus 1; 0: computed */
static struct plan current_plan;
static bool watching;

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
				active |= groups[group].needs;
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

static void make_plan(const struct netswap_live *of, u32 asked, struct plan *plan)
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
		plan->wanted[groups[group].parent] += plan->wanted[group];
		plan->reserved[groups[group].parent] += plan->reserved[group];
	}
}

static void publish(const struct plan *plan)
{
	unsigned int pages[NETSWAP_NR_CHARGES] = {};
	int group;

	for (group = 0; group < NETSWAP_NR_GROUPS; group++)
		if (groups[group].charge != NO_CHARGE)
			pages[groups[group].charge] = plan->reserved[group];
	netswap_charge_reserve(pages);
}

/* Return: 0, or why the pool cannot be had; nothing has changed then. */
static int apply(const struct plan *plan, unsigned int wait_ms)
{
	const struct memreserve_host *host = netswap_host();
	unsigned int total = plan->reserved[NETSWAP_GROUP_TOTAL];
	unsigned long before = host->emergency();
	int err = 0;

	lockdep_assert_held(&tree_lock);
	if (total > before)
		err = host->set_emergency(total, wait_ms);
	if (err) {
		memcpy(current_plan.wanted, plan->wanted, sizeof(plan->wanted));
		trace_netswap_reserve(total, before, err);
		netswap_event_later(NETSWAP_EVENT_KIND_RESERVE_REFUSED, 1);
		return err;
	}

	if (total && !watching) {
		host->watch_frees(true);
		watching = true;
	}
	current_plan = *plan;
	publish(plan);
	if (total < before)
		host->set_emergency(total, 0);
	/* Pages are still out: whoever calls next looks again. */
	if (!total && watching && !atomic_read(host->charged)) {
		host->watch_frees(false);
		watching = false;
	}
	if (total != before) {
		trace_netswap_reserve(total, before, 0);
		netswap_event(NETSWAP_EVENT_KIND_RESERVE_RESIZED, NULL, total);
	}
	return 0;
}

/**
 * netswap_tree_update - the machine has changed
 * @now: what it looks like
 * @wait_ms: how long to wait for memory that a larger pool needs
 *
 * Process context, sleeps; the caller holds the CPU hotplug lock.
 * Return: 0. -ENOMEM, -EINVAL, -EINTR: a larger pool cannot be had (struct
 * memreserve_host says more); the old reservations stay.
 */
int netswap_tree_update(const struct netswap_live *now, unsigned int wait_ms)
{
	struct plan plan;
	int err;

	mutex_lock(&tree_lock);
	make_plan(now, requested, &plan);
	err = apply(&plan, wait_ms);
	if (!err)
		live = *now;
	mutex_unlock(&tree_lock);
	return err;
}

static int find(const char *name)
{
	int group;

	for (group = 0; group < NETSWAP_NR_GROUPS; group++)
		if (!strcmp(groups[group].name, name))
			return group;
	return -ENOENT;
}

/**
 * netswap_tree_set - a group's own pages by decree
 * @name: the group
 * @pages: own pages without its children's; NETSWAP_GROUP_AUTO: as computed
 * @wait_ms: as in netswap_tree_update()
 *
 * Process context, sleeps. Return: as netswap_tree_update(); -ENOENT: no such
 * group.
 */
int netswap_tree_set(const char *name, unsigned int pages, unsigned int wait_ms)
{
	int group = find(name);
	struct plan plan;
	unsigned int before;
	int err;

	if (group < 0)
		return group;
	if (pages != NETSWAP_GROUP_AUTO && pages > totalram_pages())
		return -EINVAL;

	cpus_read_lock();
	mutex_lock(&tree_lock);
	before = set[group];
	set[group] = pages == NETSWAP_GROUP_AUTO ? 0 : pages + 1;
	make_plan(&live, requested, &plan);
	err = apply(&plan, wait_ms);
	if (err) {
		set[group] = before;
		make_plan(&live, requested, &plan);
		memcpy(current_plan.wanted, plan.wanted, sizeof(plan.wanted));
	}
	mutex_unlock(&tree_lock);
	cpus_read_unlock();
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(netswap_tree_set);

/**
 * netswap_tree_activate - hold a group active, or no longer
 * @name: the group; those that it needs come with it
 * @on: hold it; a second time is no error
 * @wait_ms: as in netswap_tree_update()
 *
 * Process context, sleeps. Return: as netswap_tree_set().
 */
int netswap_tree_activate(const char *name, bool on, unsigned int wait_ms)
{
	int group = find(name);
	struct plan plan;
	u32 asked;
	int err;

	if (group < 0)
		return group;

	cpus_read_lock();
	mutex_lock(&tree_lock);
	asked = on ? requested | BIT(group) : requested & ~BIT(group);
	make_plan(&live, asked, &plan);
	err = apply(&plan, wait_ms);
	if (!err)
		requested = asked;
	mutex_unlock(&tree_lock);
	cpus_read_unlock();
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(netswap_tree_activate);

static void group_info(enum netswap_group group, struct netswap_group_info *info)
{
	const struct group *g = &groups[group];

	*info = (struct netswap_group_info){
		.name = g->name,
		.parent = group ? groups[g->parent].name : NULL,
		.pages = current_plan.reserved[group],
		.wanted = current_plan.wanted[group],
		.set = set[group] ? set[group] - 1 : NETSWAP_GROUP_AUTO,
		.active = current_plan.active & BIT(group),
		.charged = g->charge != NO_CHARGE,
	};
	if (info->charged) {
		info->usage = netswap_charge_usage(g->charge);
		info->high = netswap_charge_high(g->charge);
	}
}

static void nic_info(const struct netswap_nic *nic, struct netswap_group_info *info)
{
	unsigned int pages = netswap_size_nic(nic);
	bool active = current_plan.active & BIT(NETSWAP_GROUP_RINGS);

	*info = (struct netswap_group_info){
		.parent = groups[NETSWAP_GROUP_RINGS].name,
		.pages = active && !set[NETSWAP_GROUP_RINGS] ? pages : 0,
		.wanted = pages,
		.set = NETSWAP_GROUP_AUTO,
		.active = active,
	};
}

/**
 * netswap_tree_info - one group after the other, then one NIC after the other
 * @index: counts from 0
 * @info: filled in
 * @name: room for a NIC's name; @info->name may point there
 *
 * Process context, may sleep. Return: false when there are no more.
 */
bool netswap_tree_info(unsigned int index, struct netswap_group_info *info,
		       char name[IFNAMSIZ + 8])
{
	bool found = true;

	mutex_lock(&tree_lock);
	if (index < NETSWAP_NR_GROUPS) {
		group_info(index, info);
	} else if (index < NETSWAP_NR_GROUPS + live.nr_nics) {
		const struct netswap_nic *nic = &live.nics[index - NETSWAP_NR_GROUPS];

		nic_info(nic, info);
		snprintf(name, IFNAMSIZ + 8, "rings-%s", nic->name);
		info->name = name;
	} else {
		found = false;
	}
	mutex_unlock(&tree_lock);
	return found;
}
EXPORT_SYMBOL_IF_KUNIT(netswap_tree_info);

/* Give all of it back, for the unload. Process context, sleeps. */
void netswap_tree_off(void)
{
	const struct memreserve_host *host = netswap_host();
	struct plan none = {};

	cpus_read_lock();
	mutex_lock(&tree_lock);
	publish(&none);
	current_plan = none;
	host->set_emergency(0, 0);
	if (watching)
		host->watch_frees(false);
	watching = false;
	mutex_unlock(&tree_lock);
	cpus_read_unlock();
}
