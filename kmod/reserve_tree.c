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
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "netswap.h"
#include "reserve.h"
#include "trace.h"

static DEFINE_MUTEX(tree_lock);	/* inside cpus_read_lock(); protects the rest */
static struct netswap_live live;
static u32 requested;		/* active because user space wants so */
static unsigned int set[NETSWAP_NR_GROUPS];	/* own pages plus 1; 0: computed */
static struct netswap_plan current_plan;
static bool watching;

static void publish(const struct netswap_plan *plan)
{
	unsigned int pages[NETSWAP_NR_CHARGES] = {};
	int group;

	for (group = 0; group < NETSWAP_NR_GROUPS; group++)
		if (netswap_groups[group].charge != NETSWAP_NO_CHARGE)
			pages[netswap_groups[group].charge] = plan->reserved[group];
	netswap_charge_reserve(pages);
}

/*
 * Only now that pages are charged: one that went out before, and is not back,
 * would be missing in the pool. It is looked at again and again, so nobody is
 * pressed for it.
 */
static void look_at_pool(void)
{
	const struct memreserve_host *host = netswap_host();
	int era = netswap_charges_era();

	if (host->emergency() && !netswap_charges_trusted() &&
	    !host->set_emergency(host->emergency(), 0))
		netswap_charges_trust(era);
}

/* Return: 0, or why the pool cannot be had; nothing has changed then. */
static int apply(const struct netswap_plan *plan, unsigned int wait_ms)
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
	look_at_pool();
	if (total < before)
		host->set_emergency(total, 0);
	/* Who found the accounts still open has charged his page by then. */
	if (!total && watching)
		synchronize_rcu();
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
	struct netswap_plan plan;
	int err;

	mutex_lock(&tree_lock);
	netswap_plan(now, requested, set, &plan);
	err = apply(&plan, wait_ms);
	if (!err)
		live = *now;
	mutex_unlock(&tree_lock);
	return err;
}

/* What the reservations in force were computed from. Process context. */
void netswap_tree_live(struct netswap_live *out)
{
	mutex_lock(&tree_lock);
	*out = live;
	mutex_unlock(&tree_lock);
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
	int group = netswap_group_find(name);
	struct netswap_plan plan;
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
	netswap_plan(&live, requested, set, &plan);
	err = apply(&plan, wait_ms);
	if (err) {
		set[group] = before;
		netswap_plan(&live, requested, set, &plan);
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
	int group = netswap_group_find(name);
	struct netswap_plan plan;
	u32 asked;
	int err;

	if (group < 0)
		return group;

	cpus_read_lock();
	mutex_lock(&tree_lock);
	asked = on ? requested | BIT(group) : requested & ~BIT(group);
	netswap_plan(&live, asked, set, &plan);
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
	const struct netswap_group_shape *g = &netswap_groups[group];

	*info = (struct netswap_group_info){
		.name = g->name,
		.parent = group ? netswap_groups[g->parent].name : NULL,
		.pages = current_plan.reserved[group],
		.wanted = current_plan.wanted[group],
		.set = set[group] ? set[group] - 1 : NETSWAP_GROUP_AUTO,
		/* A parent is there for its children, too. */
		.active = current_plan.active & BIT(group) ||
			  current_plan.reserved[group],
		.charged = g->charge != NETSWAP_NO_CHARGE,
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
		.parent = netswap_groups[NETSWAP_GROUP_RINGS].name,
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
	struct netswap_plan none = {};

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
