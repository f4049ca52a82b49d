/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netswap - what its modules share.
 *
 * netswap.ko is the core: it knows the kernel's memreserve, keeps the list of
 * mechanisms and their counters, and speaks generic netlink. Each mechanism is
 * a module of its own that registers one const ops struct.
 */
#ifndef _NETSWAP_H
#define _NETSWAP_H

#include <linux/list.h>
#include <linux/memreserve_ops.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "common/common.h"

struct netlink_callback;
struct sk_buff;

/**
 * struct netswap_gauge - a value that is not a sum
 * @name: stable
 * @read: any context
 */
struct netswap_gauge {
	const char *name;
	u64 (*read)(void);
};

/**
 * struct netswap_mechanism - one module's answers and counters
 * @name: the module's name; also the counters' first name
 * @group: the group of questions that @ops answers
 * @ops: one of the memreserve_*_ops, complete, constant
 * @counter_names: names of the per-CPU counters, stable
 * @nr_counters: how many
 * @gauges: values that are not sums, or NULL
 * @nr_gauges: how many
 * @show: prints the counters on the console, any context; may be NULL
 * @counters: the per-CPU counters, allocated by netswap_register()
 * @node: in the registry's list
 */
struct netswap_mechanism {
	const char *name;
	enum memreserve_group group;
	const void *ops;
	const char * const *counter_names;
	unsigned int nr_counters;
	const struct netswap_gauge *gauges;
	unsigned int nr_gauges;
	void (*show)(void);

	u64 __percpu *counters;
	struct list_head node;
};

/* registry.c APIs */
int netswap_register(struct netswap_mechanism *mech);
void netswap_unregister(struct netswap_mechanism *mech);
u64 netswap_sum(const struct netswap_mechanism *mech, unsigned int counter);
void netswap_show(const struct netswap_mechanism *mech);
int netswap_for_each(int (*fn)(const struct netswap_mechanism *mech,
			       unsigned int index, void *data), void *data);

/* Any context. */
static inline void netswap_count(const struct netswap_mechanism *mech,
				 unsigned int counter)
{
	this_cpu_inc(mech->counters[counter]);
}

static inline void netswap_count_many(const struct netswap_mechanism *mech,
				      unsigned int counter, u64 n)
{
	this_cpu_add(mech->counters[counter], n);
}

/* main.c APIs */
const struct memreserve_host *netswap_host(void);
bool netswap_task_granted(void);
#if IS_ENABLED(CONFIG_KUNIT)
int netswap_task_grant(bool on);
#endif

/* events.c APIs */
void netswap_event(enum netswap_event_kind kind, const char *subject,
		   u64 value);
void netswap_event_later(enum netswap_event_kind kind, u64 value);
void netswap_events_init(void);
void netswap_events_uninit(void);

/* netlink.c APIs */
void *netswap_dump_begin(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);
void netswap_marker_set(const struct netswap_marker *marker);
int netswap_netlink_init(void);
void netswap_netlink_uninit(void);

#endif /* _NETSWAP_H */
