// SPDX-License-Identifier: GPL-2.0
/*
 * The mechanisms that are loaded, and their counters.
 *
 * A mechanism is on the list from before its first answer until after its
 * last, so its counters are always there to be read. Counters are per CPU and
 * counted without a lock; a sum taken while they move may miss the latest.
 */
#define pr_fmt(fmt) "memreserve: " fmt

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/printk.h>

#include "netswap.h"
#include "trace.h"

static DEFINE_MUTEX(registry_lock);	/* protects the list */
static LIST_HEAD(registry);

/**
 * netswap_register - start to answer the questions of a group
 * @mech: complete description; stays in use until netswap_unregister()
 *
 * Process context, may sleep.
 * Return: 0, -EINVAL for an incomplete description, -EBUSY when another module
 * answers for the group, -ENOMEM.
 */
int netswap_register(struct netswap_mechanism *mech)
{
	int err;

	if (!mech->name || !mech->ops || !mech->nr_counters ||
	    !mech->counter_names || !mech->gauges != !mech->nr_gauges)
		return -EINVAL;

	mech->counters = __alloc_percpu(mech->nr_counters * sizeof(u64),
					__alignof__(u64));
	if (!mech->counters)
		return -ENOMEM;

	mutex_lock(&registry_lock);
	err = netswap_host()->attach(mech->group, mech->ops, mech->name,
				     mech->show);
	if (!err)
		list_add_tail(&mech->node, &registry);
	mutex_unlock(&registry_lock);
	if (err) {
		free_percpu(mech->counters);
		mech->counters = NULL;
		return err;
	}

	trace_netswap_mechanism(mech->name, true);
	netswap_event(NETSWAP_EVENT_KIND_MECHANISM_ATTACHED, mech->name, 0);
	return 0;
}
EXPORT_SYMBOL_GPL(netswap_register);

/**
 * netswap_unregister - give a group's questions back to the base
 * @mech: what was registered
 *
 * Process context, sleeps for grace periods. On return none of @mech's
 * callbacks runs any more.
 */
void netswap_unregister(struct netswap_mechanism *mech)
{
	netswap_host()->detach(mech->group, mech->ops);

	mutex_lock(&registry_lock);
	list_del(&mech->node);
	mutex_unlock(&registry_lock);

	free_percpu(mech->counters);
	mech->counters = NULL;
	trace_netswap_mechanism(mech->name, false);
	netswap_event(NETSWAP_EVENT_KIND_MECHANISM_DETACHED, mech->name, 0);
}
EXPORT_SYMBOL_GPL(netswap_unregister);

/**
 * netswap_sum - a counter's value over all CPUs
 * @mech: registered mechanism
 * @counter: index below @mech->nr_counters
 *
 * Any context.
 */
u64 netswap_sum(const struct netswap_mechanism *mech, unsigned int counter)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(mech->counters, cpu)[counter]);
	return sum;
}
EXPORT_SYMBOL_GPL(netswap_sum);

/**
 * netswap_show - print a mechanism's counters on the console
 * @mech: registered mechanism
 *
 * Any context, no lock: for the dump of a machine that hangs.
 */
void netswap_show(const struct netswap_mechanism *mech)
{
	unsigned int i;

	for (i = 0; i < mech->nr_counters; i++)
		pr_info("%s.%s %llu\n", mech->name, mech->counter_names[i],
			netswap_sum(mech, i));
	for (i = 0; i < mech->nr_gauges; i++)
		pr_info("%s.%s %llu\n", mech->name, mech->gauges[i].name,
			mech->gauges[i].read());
}
EXPORT_SYMBOL_GPL(netswap_show);

/**
 * netswap_for_each - visit the mechanisms in the order of their registration
 * @fn: called with the registry locked; a value other than 0 ends the visit
 * @data: for @fn
 *
 * Process context, may sleep. Return: the last value of @fn, or 0.
 */
int netswap_for_each(int (*fn)(const struct netswap_mechanism *mech,
			       unsigned int index, void *data), void *data)
{
	struct netswap_mechanism *mech;
	unsigned int index = 0;
	int ret = 0;

	mutex_lock(&registry_lock);
	list_for_each_entry(mech, &registry, node) {
		ret = fn(mech, index++, data);
		if (ret)
			break;
	}
	mutex_unlock(&registry_lock);
	return ret;
}
