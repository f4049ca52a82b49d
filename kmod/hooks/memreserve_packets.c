// SPDX-License-Identifier: GPL-2.0
/*
 * memreserve - packets that a CPU processes, and those that wait for one.
 */
#include <linux/atomic.h>
#include <linux/memreserve_ops.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/sched/mm.h>
#include <linux/skbuff.h>
#include <net/gro.h>
#include <net/sock.h>

#include "memreserve_internal.h"

DEFINE_PER_CPU(unsigned int, memreserve_packets);

/*
 * A task polls a device: what the device asks for then is for its packets, and
 * not the task's, even if that one has PF_MEMALLOC. Bottom halves are off.
 */
static unsigned int memreserve_poll_begin(void)
{
	unsigned int flags = current->flags & PF_MEMALLOC;

	__this_cpu_inc(memreserve_packets);
	current->flags &= ~PF_MEMALLOC;
	return flags;
}

static void memreserve_poll_end(unsigned int flags)
{
	current->flags |= flags;
	__this_cpu_dec(memreserve_packets);
}

/*
 * What GRO does not hold back is processed before the task has PF_MEMALLOC
 * again, as in softirq.
 *
 * Once @napi is complete its list belongs to who polls it next, maybe on another
 * CPU. It cannot be while IN_BUSY_POLL is set, nor if the budget was used up.
 */
int memreserve_busy_poll(int (*poll)(struct napi_struct *napi, int budget),
			 struct napi_struct *napi, int budget)
{
	bool stays = test_bit(NAPI_STATE_IN_BUSY_POLL, &napi->state);
	unsigned int flags = memreserve_poll_begin();
	int work = poll(napi, budget);

	if (stays || work == budget)
		gro_normal_list(napi);
	memreserve_poll_end(flags);
	return work;
}

/* The end of that, where the stack is given what GRO held back. */
void memreserve_busy_poll_stop(void (*stop)(struct napi_struct *napi, bool skip),
			       struct napi_struct *napi, bool skip)
{
	unsigned int flags = memreserve_poll_begin();

	stop(napi, skip);
	memreserve_poll_end(flags);
}

/* Stand where the kernel gives PF_MEMALLOC to a marked packet's processing, and takes it back. */
unsigned int memreserve_packet_begin(void)
{
	__this_cpu_inc(memreserve_packets);
	return memalloc_noreclaim_save();
}

void memreserve_packet_end(unsigned int flags)
{
	memalloc_noreclaim_restore(flags);
	__this_cpu_dec(memreserve_packets);
}

/*
 * Is a marked packet being processed here, with what that allows? A task that
 * polls a device has no such allowance. Any context.
 */
bool memreserve_in_packet(void)
{
	return this_cpu_read(memreserve_packets) && (current->flags & PF_MEMALLOC);
}
EXPORT_SYMBOL_GPL(memreserve_in_packet);

/* A part of that is done without the reserve, or not at all. */
unsigned int memreserve_ordinary_begin(void)
{
	unsigned int flags = memreserve_asks(SOCK) && memreserve_in_packet() ? PF_MEMALLOC : 0;

	current->flags &= ~flags;
	return flags;
}
EXPORT_SYMBOL_GPL(memreserve_ordinary_begin);

void memreserve_ordinary_end(unsigned int flags)
{
	current->flags |= flags;
}
EXPORT_SYMBOL_GPL(memreserve_ordinary_end);

/*
 * For a FIN: without one the peer never closes, and who replaces the connection
 * waits for that. It is tried once only, mostly by a task that has just been
 * refused as a sender, so it counts as the reply to a packet.
 */
struct sk_buff *memreserve_alloc_fin(const struct sock *sk, unsigned int size,
				     gfp_t gfp)
{
	struct sk_buff *skb;
	unsigned int flags;

	if (!memreserve_asks(SOCK) || !sock_flag(sk, SOCK_MEMALLOC))
		return alloc_skb_fclone(size, gfp);
	local_bh_disable();
	flags = memreserve_packet_begin();
	skb = alloc_skb_fclone(size, gfp);
	memreserve_packet_end(flags);
	local_bh_enable();
	return skb;
}

static atomic_t memreserve_backlogged = ATOMIC_INIT(0);

/* The queue is locked. Where nobody is marked nobody is asked. */
bool memreserve_enter_backlog(const struct sk_buff *skb)
{
	if (static_branch_unlikely(&memalloc_socks_key) &&
	    !memreserve_ask_hold(MEMRESERVE_PLACE_BACKLOG, skb))
		return false;
	atomic_inc(&memreserve_backlogged);
	return true;
}

void memreserve_leave_backlog(void)
{
	atomic_dec_if_positive(&memreserve_backlogged);
}

/*
 * The count misses what leaves a queue while nobody asks, or goes with its
 * device or CPU. It can never be more than all packets that wait, so it is put
 * right whenever somebody looks.
 */
unsigned int memreserve_backlog(void)
{
	int counted = atomic_read(&memreserve_backlogged);
	int waiting = 0, cpu;

	if (!counted)
		return 0;
	for_each_online_cpu(cpu) {
		struct softnet_data *sd = &per_cpu(softnet_data, cpu);

		waiting += skb_queue_len_lockless(&sd->input_pkt_queue);
		waiting += skb_queue_len_lockless(&sd->process_queue);
	}
	if (waiting >= counted)
		return counted;
	atomic_cmpxchg(&memreserve_backlogged, counted, waiting);
	return waiting;
}
