/* SPDX-License-Identifier: GPL-2.0 */
/*
 * memreserve - what whoever answers the questions of <linux/memreserve.h>
 * implements, and how it attaches itself. Those who ask do not need this.
 */
#ifndef _LINUX_MEMRESERVE_OPS_H
#define _LINUX_MEMRESERVE_OPS_H

#include <linux/memreserve.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/percpu-defs.h>

struct notifier_block;

/* Raised whenever an ops struct or struct memreserve_host changes, and in kmod/compat. */
#define MEMRESERVE_ABI 12

/* How far below the min watermark an allocation may go. */
enum memreserve_depth {
	MEMRESERVE_DEPTH_NONE,	/* not at all */
	MEMRESERVE_DEPTH_OOM,	/* as an OOM victim: half of min */
	MEMRESERVE_DEPTH_FULL,	/* the whole reserve, if may_take() agrees */
};

/*
 * Free pages of @zone that the kernel's own allocations can have: the contiguous
 * memory allocator's are for movable ones. Any context.
 */
static inline unsigned long memreserve_zone_free(struct zone *zone)
{
	unsigned long free = zone_page_state_snapshot(zone, NR_FREE_PAGES);
	unsigned long movable = 0;

	if (IS_ENABLED(CONFIG_CMA))
		movable = zone_page_state_snapshot(zone, NR_FREE_CMA_PAGES);
	return free - min(free, movable);
}

/*
 * What of the receive path an administrator is about to enlarge. A limit for
 * fragments is told once more when it is in force, and so when it is lowered.
 */
enum memreserve_growth {
	MEMRESERVE_GROWTH_RING,		/* buffers of each receive ring of @dev */
	MEMRESERVE_GROWTH_QUEUES,	/* receive queues of @dev */
	MEMRESERVE_GROWTH_FRAGMENTS_V4,	/* bytes that may wait in reassembly, */
	MEMRESERVE_GROWTH_FRAGMENTS_V6,	/* in the first network namespace */
};

struct memreserve_grows {
	struct net_device *dev;		/* or NULL */
	unsigned long to;
};

/*
 * Contract of every callback below
 *
 * - It never sleeps and never takes a lock that is held while memory is
 *   allocated or freed. The only locks allowed are its own raw leaf locks.
 * - It allocates nothing, unless its comment says so.
 * - It may run on any CPU, in parallel with itself and with the base's answer
 *   to the same question (while one is exchanged for the other). Every answer
 *   stands alone: two questions of one operation may meet different
 *   answerers.
 * - It may still run until memreserve_host.detach() has returned.
 * "Any context" includes hardirq with interrupts off.
 */

/* Group MEMRESERVE_GFP. Series patches 3, 4, 5, 6. */
struct memreserve_gfp_ops {
	/*
	 * May @gfp go below the min watermark, and how far? Called from the
	 * page allocator's slow path and wherever the kernel asks whether a
	 * caller is entitled. Any context.
	 */
	enum memreserve_depth (*depth)(gfp_t gfp);
	/*
	 * @zone is below its min watermark and the caller was given
	 * MEMRESERVE_DEPTH_FULL: may it take 2^@order pages here? Any context;
	 * zone->lock is not held.
	 */
	bool (*may_take)(struct zone *zone, unsigned int order, gfp_t gfp);
	/*
	 * A CPU's own list of free pages is empty and would be filled from
	 * @zone with @batch blocks of 2^@order pages: how many, at least 1? Pages on such a list
	 * are lost to the reserve as other CPUs see it. Any context; the
	 * list's lock is held.
	 */
	int (*pcp_batch)(struct zone *zone, unsigned int order, int batch);
	/*
	 * Does the reserve access of @gfp lift the memory policy and cpuset?
	 * Only asked when depth() was not NONE. Any context.
	 */
	bool (*lift_policy)(gfp_t gfp);
	/*
	 * Shall @page, just taken with watermarks ignored, carry the pfmemalloc
	 * mark? An answerer that keeps accounts charges the page here. Any
	 * context.
	 */
	bool (*mark)(struct page *page, unsigned int order, gfp_t gfp);
	/*
	 * The 2^@order pages from @page on go back to the free lists. Asked
	 * only between watch_frees(true) and watch_frees(false), while
	 * *memreserve_host.charged is not zero. Any context; no lock of the
	 * allocator is held.
	 */
	void (*freed)(struct page *page, unsigned int order);
};

/* Group MEMRESERVE_SLAB. Series patches 1, 2 (and 13 on SLAB). */
struct memreserve_slab_ops {
	/*
	 * May a caller with @gfp take an object of a slab made of marked
	 * pages, the first of which is @page? Any context; a node's list_lock
	 * may be held.
	 */
	bool (*match)(struct page *page, gfp_t gfp);
	/*
	 * Keep marked slabs away from the CPU slab: an entitled caller gets its
	 * one object and the slab goes back to the node's partial list, so the
	 * fast path can never hand one of its objects to somebody else. And
	 * an empty one goes back to the page allocator at once.
	 */
	bool strict;
};

/* Group MEMRESERVE_SOCK. Series patches 7, 8, 9, 11, 12, 14. */
struct memreserve_sock_ops {
	/*
	 * The kernel asks that @sk be marked (set) or no longer (clear).
	 * Return true when the mark changed: the caller then counts it in
	 * memalloc_socks_key. Process context; the socket may be locked; @set
	 * may allocate from the reserve without waiting.
	 */
	bool (*set)(struct sock *sk);
	bool (*clear)(struct sock *sk);
	/*
	 * @sk, which carries the mark, is being destroyed. Return true when a
	 * count has to be given back. Any context but hardirq.
	 */
	bool (*dies)(struct sock *sk);
	/*
	 * @child has just been copied from a marked listener, the mark with
	 * it: may it keep that? Any context but hardirq; nobody else knows
	 * @child yet.
	 */
	bool (*inherit)(const struct sock *child);
	/* The gfp for @sk's control packets. Process or softirq context. */
	gfp_t (*sk_gfp)(const struct sock *sk, gfp_t gfp);
	/*
	 * The gfp for packet data on receive. Only asked while a socket is
	 * marked. Any context.
	 */
	gfp_t (*rx_gfp)(gfp_t gfp);
	/* The gfp for a driver's receive page. Any context. */
	gfp_t (*dev_page_gfp)(gfp_t gfp);
	/*
	 * @skb carries the mark and a socket is marked: shall its processing
	 * have PF_MEMALLOC, be hidden from taps and be limited to protocols
	 * that pass protocol()? Softirq or NAPI thread.
	 */
	bool (*critical)(const struct sk_buff *skb);
	bool (*protocol)(const struct sk_buff *skb);
	/*
	 * May @sk keep the marked @skb? No: the packet is dropped and counted
	 * in PFMemallocDrop. Softirq or process context, socket maybe locked.
	 */
	bool (*admit)(const struct sock *sk, const struct sk_buff *skb);
	/*
	 * Swap traffic is about to be sent on or received from @sk: the gfp of
	 * the socket, and whether the task gets PF_MEMALLOC meanwhile. Process
	 * context; xmit_memalloc also in softirq, for a timer of a marked TCP
	 * socket.
	 */
	gfp_t (*xmit_gfp)(const struct sock *sk, gfp_t gfp);
	bool (*xmit_memalloc)(void);
	/*
	 * A page fragment cache holds the marked @page: may a caller with @gfp
	 * be served from it? No: the cache lets go of it. Any context.
	 */
	bool (*frag_keep)(const struct page *page, gfp_t gfp);
	/*
	 * The marked @skb is about to be held at @place, nobody knows for how
	 * long: may it? No: it is dropped (MERGE: it stays alone; STATE: what
	 * the network would remember of it is not made, nor what needs that).
	 * Asked only while a socket is marked or reserve memory in use, and but
	 * for OUT_OF_ORDER not where the one who would hold it is a marked
	 * socket itself. Any context but hardirq; BACKLOG also with interrupts
	 * off and the queue's lock held.
	 */
	bool (*hold)(enum memreserve_place place, const struct sk_buff *skb);
	/*
	 * The marked @sk has reached its receive buffer, or a limit of its
	 * protocol or its memory control group: may it go on nevertheless?
	 * Softirq or process context; the socket is locked.
	 */
	bool (*exempt)(const struct sock *sk);
	/*
	 * nbd is about to send @page, which may be spliced, on @sk: without a
	 * copy? Then the network holds the page itself until it is
	 * acknowledged. Process context.
	 */
	bool (*xmit_splice)(const struct sock *sk, const struct page *page);
};

/* Group MEMRESERVE_THROTTLE. Series patches 15, 16. */
struct memreserve_throttle_ops {
	/*
	 * May direct reclaimers of @pgdat go on? The one predicate behind both
	 * the decision to wait and the decision to wake. Process context or
	 * kswapd; called again and again, so it must be cheap.
	 */
	bool (*allow)(struct pglist_data *pgdat);
	/*
	 * For how long, in jiffies, may the current task be held back at most?
	 * 0: not at all. Process context.
	 */
	long (*limit)(gfp_t gfp);
	/* The current task was held back for @us microseconds. */
	void (*waited)(struct pglist_data *pgdat, u64 us, bool timed_out);
};

/* Group MEMRESERVE_REFILL. No counterpart in the series. */
struct memreserve_refill_ops {
	/*
	 * With which gfp does a receive ring get its memory? The answer may
	 * add __GFP_MEMALLOC, and must take __GFP_DIRECT_RECLAIM away where a
	 * wait would stop the ring. Softirq, NAPI thread, worker, or process
	 * context with rtnl held (SETUP).
	 */
	gfp_t (*refill_gfp)(enum memreserve_refill what, gfp_t gfp);
};

/*
 * The one symbol that modules look up. All members: process context, may
 * sleep, never from reclaim.
 */
struct memreserve_host {
	unsigned int abi;		/* MEMRESERVE_ABI of this kernel */
	/*
	 * Answer the questions of @group with @ops (one of the structs above,
	 * complete, valid until detach()). -EBUSY: somebody else does.
	 * -EINVAL: @ops lacks a callback. @show, if not NULL, prints counters
	 * for the console dump; any context, must not sleep.
	 */
	int (*attach)(enum memreserve_group group, const void *ops,
		      const char *name, void (*show)(void));
	/*
	 * Give the questions back to the base. On return no callback of @ops
	 * runs any more and none will.
	 */
	void (*detach)(enum memreserve_group group, const void *ops);
	/* "mainline" or "bare". */
	const char *(*policy)(void);
	/* "mainline", "bare" or "module:<name>". */
	int (*answerer)(enum memreserve_group group, char *buf, size_t len);
	/*
	 * Keep @pages below every watermark as an absolute emergency pool,
	 * spread over the zones by size. Unlike a larger min_free_kbytes it
	 * gives atomic callers nothing: their fractions leave it out. A pool
	 * that does not shrink is there when this returns 0: each zone has had
	 * all of its min watermark free, by reclaim if need be, within @wait_ms
	 * milliseconds. The watermarks rise when that is so and not before:
	 * nobody is killed for a pool that cannot be had. -EINVAL: more than a
	 * quarter of the memory that the kernel can use. -ENOMEM: it could not
	 * be had in that time; -EINTR: the caller is being killed. On an error
	 * nothing is changed. The caller holds cpus_read_lock() and lets no
	 * other call run beside this one.
	 */
	int (*set_emergency)(unsigned long pages, unsigned int wait_ms);
	unsigned long (*emergency)(void);
	/*
	 * Shall freed pages be shown to gfp_ops.freed()? The caller holds
	 * cpus_read_lock().
	 */
	void (*watch_frees)(bool on);
	/* So many pages are charged: kept by who answers group GFP. */
	atomic_t *charged;
	/* Mark @sk on behalf of user space. */
	void (*sk_set)(struct sock *sk);
	/*
	 * Count one more marked socket in memalloc_socks_key. Waits for the CPU
	 * hotplug lock only when it is the first.
	 */
	void (*sk_count_in)(void);
	/* Give back @n counts of memalloc_socks_key. */
	void (*sk_uncount)(unsigned int n);
	/*
	 * From now on (@on), or no longer, @nb is called with enum
	 * memreserve_growth and struct memreserve_grows before something grows,
	 * and may refuse with notifier_from_errno(). It may sleep; with a
	 * device, rtnl is held. On return with !@on it does not run any more.
	 */
	void (*watch_growth)(struct notifier_block *nb, bool on);
	/* Sockets that are marked now, by any policy. */
	int (*sk_count)(void);
	/*
	 * Marked packets that wait for another CPU, all CPUs together. Any
	 * context.
	 */
	unsigned int (*backlog)(void);
	/*
	 * Not zero on a CPU that processes a marked packet with PF_MEMALLOC, or
	 * polls a device on behalf of a task: tells a NAPI thread or busy poller
	 * that receives from a task that sends with bottom halves off. Look with
	 * bottom halves off.
	 */
	const unsigned int __percpu *packets;
};

extern const struct memreserve_host memreserve_host;

#endif /* _LINUX_MEMRESERVE_OPS_H */
