// SPDX-License-Identifier: GPL-2.0
/*
 * What the reservations are computed from, and who tells when it changes.
 *
 *   sockets	each mark made or gone, by sock_memalloc
 *   NICs	a notifier; a larger MTU is refused when its rings cannot be had
 *   CPUs	a CPU is not brought up when its packets cannot be had
 *   queues, rings, the stack's limits for fragments
 *		the hooks tell before they grow, and it is refused when the
 *		pages cannot be had
 *
 * Everything is read again every FOLLOW: a driver may choose its queues by
 * itself.
 *
 * A transport's reservation stays for LINGER after its last socket: it
 * reconnects when memory is shortest, and must find it there.
 *
 * Locks: rtnl, then the CPU hotplug lock, then follow_lock, then the tree's.
 */
#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/memreserve_ops.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/rtnetlink.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/inet_frag.h>
#include <net/net_namespace.h>

#include "netswap.h"
#include "reserve.h"

#define LINGER		(30 * HZ)
#define FOLLOW		(5UL * HZ)
#define MOST_PATIENT	(80UL * HZ)
#define WAIT_MS		1000	/* for memory that a larger pool needs */

static atomic_t sockets[NETSWAP_NR_TRANSPORTS];
static atomic_t datagram_sockets;

static DEFINE_MUTEX(follow_lock);	/* protects the next three, and allowed_* */
static unsigned int peak[NETSWAP_NR_TRANSPORTS];
static unsigned long linger_until[NETSWAP_NR_TRANSPORTS];
static unsigned int cpus_coming;	/* a CPU that is being brought up */
/* Limits for fragments about to be in force, 0: none. */
static unsigned long allowed_v4, allowed_v6;

static unsigned long nics_in_tree;	/* which look the tree has; under follow_lock */

static struct delayed_work follow_work;
static bool following;

/* @of: NULL where IPv6 is switched off. */
static unsigned long limit_of(const struct fqdir *of)
{
	return of ? READ_ONCE(of->high_thresh) : 0;
}

static unsigned long limit_v4(void)
{
	return limit_of(init_net.ipv4.fqdir);
}

static unsigned long limit_v6(void)
{
#if IS_ENABLED(CONFIG_IPV6)
	return limit_of(READ_ONCE(init_net.ipv6.fqdir));
#else
	return 0;
#endif
}

static void read_fragments(struct netswap_live *live)
{
	lockdep_assert_held(&follow_lock);
	live->frag_bytes_v4 = max(limit_v4(), allowed_v4);
	live->frag_bytes_v6 = max(limit_v6(), allowed_v6);
}

static void read_sockets(struct netswap_live *live)
{
	int i;

	lockdep_assert_held(&follow_lock);
	for (i = 0; i < NETSWAP_NR_TRANSPORTS; i++) {
		unsigned int now = max(atomic_read(&sockets[i]), 0);

		if (now >= peak[i]) {
			peak[i] = now;
			linger_until[i] = jiffies + LINGER;
		} else if (time_after(jiffies, linger_until[i])) {
			peak[i] = now;
		}
		live->sockets[i] = peak[i];
	}
	live->datagram_sockets = max(atomic_read(&datagram_sockets), 0);
}

/* NICs are as last seen. */
static int update_rest(struct netswap_live *live, unsigned int wait_ms)
{
	lockdep_assert_held(&follow_lock);
	live->cpus = num_online_cpus() + cpus_coming;
	read_fragments(live);
	read_sockets(live);
	return netswap_tree_update(live, wait_ms);
}

/*
 * rtnl may have been given back since @live was read, and somebody else have
 * looked later and been here before.
 */
static int update(struct netswap_live *live, unsigned int wait_ms)
{
	int err;

	cpus_read_lock();
	mutex_lock(&follow_lock);
	if (live->nics_look < nics_in_tree)
		netswap_tree_live(live);
	err = update_rest(live, wait_ms);
	if (!err)
		nics_in_tree = max(nics_in_tree, live->nics_look);
	mutex_unlock(&follow_lock);
	cpus_read_unlock();
	return err;
}

static int update_nics(const struct net_device *gone, unsigned int wait_ms)
{
	struct netswap_live live = {};

	netswap_read_nics(&live, gone);
	return update(&live, wait_ms);
}

/**
 * netswap_reserve_refresh - look at the machine now
 * @wait_ms: how long to wait for memory that a larger pool needs
 *
 * Process context, sleeps. rtnl is not held while memory is waited for: who
 * restores a connection may need it. Return: as netswap_tree_update().
 */
int netswap_reserve_refresh(unsigned int wait_ms)
{
	struct netswap_live live = {};

	rtnl_lock();
	netswap_read_nics(&live, NULL);
	rtnl_unlock();
	return update(&live, wait_ms);
}

/* Have the worker look now. Any context. */
void netswap_reserve_look_soon(void)
{
	if (READ_ONCE(following))
		mod_delayed_work(system_long_wq, &follow_work, 0);
}

/**
 * netswap_reserve_socket - a socket was marked, or is no longer
 * @transport: whose it is
 * @change: 1 or -1
 * @datagram: it may be sent fragments
 *
 * Any context. The reservation follows soon, from a worker.
 */
void netswap_reserve_socket(enum netswap_transport transport, int change,
			    bool datagram)
{
	atomic_add(change, &sockets[transport]);
	if (datagram)
		atomic_add(change, &datagram_sockets);
	netswap_reserve_look_soon();
}
EXPORT_SYMBOL_GPL(netswap_reserve_socket);

/* Is a socket marked that may be sent fragments? Any context. */
bool netswap_reserve_datagrams(void)
{
	return atomic_read(&datagram_sockets) > 0;
}
EXPORT_SYMBOL_GPL(netswap_reserve_datagrams);

/* On one queue only, or it might run twice at a time. */
static void follow(struct work_struct *work)
{
	static unsigned long wait = FOLLOW;
	int err = netswap_reserve_refresh(WAIT_MS);

	if (err)
		pr_warn_ratelimited("netswap: the reserve cannot grow (error %d); it stays as it was\n",
				    err);
	/* Each time longer, as long as it cannot be had: asking for it presses others. */
	wait = err ? min(2 * wait, MOST_PATIENT) : FOLLOW;
	if (READ_ONCE(following))
		queue_delayed_work(system_long_wq, &follow_work, wait);
}

static int nic_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	const struct netdev_notifier_info_ext *was = ptr;
	int err;

	if (!net_eq(dev_net(dev), &init_net) || !netswap_has_rings(dev))
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_CHANGEMTU:
		if (dev->mtu <= was->ext.mtu) {
			update_nics(NULL, 0);
			return NOTIFY_DONE;
		}
		err = update_nics(NULL, WAIT_MS);
		if (err)
			netdev_warn(dev, "netswap: no memory for receive rings with an MTU of %u\n",
				    dev->mtu);
		return notifier_from_errno(err);
	case NETDEV_REGISTER:
	case NETDEV_UP:
	case NETDEV_CHANGENAME:
		/* Nobody may refuse these, so the worker waits, and not who holds rtnl. */
		if (update_nics(NULL, 0))
			mod_delayed_work(system_long_wq, &follow_work, 0);
		return NOTIFY_DONE;
	case NETDEV_UNREGISTER:
		update_nics(dev, 0);
		return NOTIFY_DONE;
	}
	return NOTIFY_DONE;
}

static struct notifier_block nic_notifier = { .notifier_call = nic_event };

static int ring_grows(enum memreserve_growth what, const struct memreserve_grows *grows)
{
	struct netswap_live live = {};
	bool larger = false;
	unsigned int i;
	int err;

	if (!net_eq(dev_net(grows->dev), &init_net))
		return 0;
	netswap_read_nics(&live, NULL);
	for (i = 0; i < live.nr_nics; i++) {
		struct netswap_nic *nic = &live.nics[i];
		unsigned int *now = what == MEMRESERVE_GROWTH_RING ?
					    &nic->ring : &nic->queues;

		if (strcmp(nic->name, grows->dev->name) || *now >= grows->to)
			continue;
		*now = grows->to;
		larger = true;
	}
	/*
	 * What becomes smaller is a way out of a shortage. The worker waits for
	 * rtnl, and so until it has.
	 */
	if (!larger) {
		netswap_reserve_look_soon();
		return 0;
	}
	err = update(&live, WAIT_MS);
	if (err)
		netdev_warn(grows->dev, "netswap: no memory for %lu %s\n", grows->to,
			    what == MEMRESERVE_GROWTH_RING ? "buffers a receive ring" :
							     "receive queues");
	return err;
}

/* Asked for a limit, and told that it is in force, one after the other. */
static int fragments_grow(enum memreserve_growth what, unsigned long to)
{
	bool v6 = what == MEMRESERVE_GROWTH_FRAGMENTS_V6;
	bool in_force = to <= (v6 ? limit_v6() : limit_v4());
	unsigned long *allowed = v6 ? &allowed_v6 : &allowed_v4;
	struct netswap_live live;
	int err = 0;

	cpus_read_lock();
	mutex_lock(&follow_lock);
	if (in_force) {
		*allowed = 0;
	} else {
		netswap_tree_live(&live);
		*allowed = to;
		err = update_rest(&live, WAIT_MS);
		/* The worker may look before it is in force. */
		if (err)
			*allowed = 0;
	}
	mutex_unlock(&follow_lock);
	cpus_read_unlock();
	if (in_force)
		netswap_reserve_look_soon();
	if (err)
		pr_warn("netswap: no memory for %lu bytes of fragments of IPv%d\n", to,
			v6 ? 6 : 4);
	return err;
}

static int growth_event(struct notifier_block *nb, unsigned long what, void *ptr)
{
	const struct memreserve_grows *grows = ptr;

	switch (what) {
	case MEMRESERVE_GROWTH_RING:
	case MEMRESERVE_GROWTH_QUEUES:
		return notifier_from_errno(ring_grows(what, grows));
	case MEMRESERVE_GROWTH_FRAGMENTS_V4:
	case MEMRESERVE_GROWTH_FRAGMENTS_V6:
		return notifier_from_errno(fragments_grow(what, grows->to));
	}
	return NOTIFY_DONE;
}

static struct notifier_block growth_notifier = { .notifier_call = growth_event };

/* The caller holds the CPU hotplug lock, so neither rtnl nor that is taken. */
static int update_cpus(unsigned int coming, unsigned int wait_ms)
{
	struct netswap_live live;
	int err;

	mutex_lock(&follow_lock);
	netswap_tree_live(&live);
	cpus_coming = coming;
	err = update_rest(&live, wait_ms);
	cpus_coming = 0;
	mutex_unlock(&follow_lock);
	return err;
}

/* Around a suspend, with everything frozen, no memory comes free: the worker follows. */
static int cpu_comes(unsigned int cpu)
{
	int err = cpuhp_tasks_frozen ? 0 : update_cpus(1, WAIT_MS);

	if (err)
		pr_warn("netswap: CPU %u stays offline: no memory for its packets\n", cpu);
	return err;
}

static int cpu_gone(unsigned int cpu)
{
	if (!cpuhp_tasks_frozen)
		update_cpus(0, 0);
	return 0;
}

static int cpu_state;

/* Process context, sleeps. */
int netswap_follow_init(void)
{
	int err;

	/* Not deferrable: a CPU that idles would put it off for as long as it does. */
	INIT_DELAYED_WORK(&follow_work, follow);
	err = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "netswap:reserve",
					cpu_comes, cpu_gone);
	if (err < 0)
		return err;
	cpu_state = err;
	err = register_netdevice_notifier(&nic_notifier);
	if (err) {
		cpuhp_remove_state_nocalls(cpu_state);
		return err;
	}
	netswap_host()->watch_growth(&growth_notifier, true);
	WRITE_ONCE(following, true);
	queue_delayed_work(system_long_wq, &follow_work, 0);
	return 0;
}

/* Process context, sleeps. */
void netswap_follow_uninit(void)
{
	WRITE_ONCE(following, false);
	netswap_host()->watch_growth(&growth_notifier, false);
	unregister_netdevice_notifier(&nic_notifier);
	cpuhp_remove_state_nocalls(cpu_state);
	cancel_delayed_work_sync(&follow_work);
	netswap_tree_off();
}
