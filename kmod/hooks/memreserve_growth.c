// SPDX-License-Identifier: GPL-2.0
/*
 * memreserve - what an administrator is about to enlarge of the receive path,
 * and may not where the memory for it cannot be reserved.
 */
#include <linux/compiler.h>
#include <linux/memreserve_ops.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/sysctl.h>
#include <net/inet_frag.h>
#include <net/net_namespace.h>

#include "memreserve_internal.h"

static BLOCKING_NOTIFIER_HEAD(memreserve_growth_chain);

void memreserve_watch_growth(struct notifier_block *nb, bool on)
{
	if (on)
		blocking_notifier_chain_register(&memreserve_growth_chain, nb);
	else
		blocking_notifier_chain_unregister(&memreserve_growth_chain, nb);
}

static int memreserve_grow(enum memreserve_growth what, struct net_device *dev,
			   unsigned long to)
{
	struct memreserve_grows grows = { .dev = dev, .to = to };

	return notifier_to_errno(blocking_notifier_call_chain(&memreserve_growth_chain,
							      what, &grows));
}

/* Process context with rtnl, as the next one. Return: 0, or why not. */
int memreserve_grow_ring(struct net_device *dev, unsigned int buffers)
{
	return memreserve_grow(MEMRESERVE_GROWTH_RING, dev, buffers);
}

int memreserve_grow_queues(struct net_device *dev, unsigned int queues)
{
	return memreserve_grow(MEMRESERVE_GROWTH_QUEUES, dev, queues);
}

static int memreserve_grow_fragments(const void *limit, unsigned long to)
{
	if (limit == &init_net.ipv4.fqdir->high_thresh)
		return memreserve_grow(MEMRESERVE_GROWTH_FRAGMENTS_V4, NULL, to);
#if IS_ENABLED(CONFIG_IPV6)
	if (limit == &init_net.ipv6.fqdir->high_thresh)
		return memreserve_grow(MEMRESERVE_GROWTH_FRAGMENTS_V6, NULL, to);
#endif
	return 0;
}

/* One limit is asked for, in force and told so before the next is asked for. */
static DEFINE_MUTEX(memreserve_frag_lock);

/* The handler of ipfrag_high_thresh and ip6frag_high_thresh. */
int memreserve_frag_thresh(const struct ctl_table *table, int write,
			   void *buffer, size_t *lenp, loff_t *ppos)
{
	unsigned long *limit = table->data;
	unsigned long to = READ_ONCE(*limit);
	struct ctl_table proxy = *table;
	int err;

	proxy.data = &to;
	err = proc_doulongvec_minmax(&proxy, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	mutex_lock(&memreserve_frag_lock);
	if (to > READ_ONCE(*limit))
		err = memreserve_grow_fragments(limit, to);
	if (!err) {
		WRITE_ONCE(*limit, to);
		memreserve_grow_fragments(limit, to);
	}
	mutex_unlock(&memreserve_frag_lock);
	return err;
}
