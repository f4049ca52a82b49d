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
 * not the task's, even if that one has PF_MEMALLOC. They are all processed before
 * it has it back, as in softirq. Bottom halves are off.
 *
 * Once @napi is complete its list belongs to who polls it next, maybe on another
 * CPU. It cannot be while IN_BUSY_POLL is set, nor if the budget was used up.
 */
int memreserve_busy_poll(int (*poll)(struct napi_struct *napi, int budget),
			 struct napi_struct *napi, int budget)
{
	unsigned int flags = current->flags & PF_MEMALLOC;
	bool stays = test_bit(NAPI_STATE_IN_BUSY_POLL, &napi->state);
	int work;

	__this_cpu_inc(memreserve_packets);
	current->flags &= ~PF_MEMALLOC;
	work = poll(napi, budget);
	if (stays || work == budget)
		gro_normal_list(napi);
	current->flags |= flags;
	__this_cpu_dec(memreserve_packets);
	return work;
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
