/* SPDX-License-Identifier: GPL-2.0 */
/*
 * memreserve - the questions that a hooked kernel asks about its emergency
 * memory, and who answers them.
 *
 * Swap-out over a network needs memory to free memory. The kernel meets that
 * with a set of decisions: who may go below the min watermark, which pages are
 * marked for it, who may use objects made of marked pages, which sockets and
 * packets belong to the swap traffic, when a reclaimer must wait, and with
 * what a driver refills its receive ring. Each decision is a question here.
 *
 * The questions come in groups. For each group there is one static key:
 *
 *   key off  the kernel's own code decides, exactly as in the unhooked kernel.
 *            This is the policy "mainline", the default.
 *   key on   the group's static calls decide. They point to the answers of the
 *            policy "bare" (memreserve=bare: as before Linux 3.6), or to those
 *            of a module that attached itself to the group.
 *
 * Nothing in this file adds a load, a branch or a call to a fast path: a key
 * is a no-op in the text, or sits under a test that the kernel makes anyway
 * and that is false on the fast path.
 */
#ifndef _LINUX_MEMRESERVE_H
#define _LINUX_MEMRESERVE_H

#include <linux/atomic.h>
#include <linux/gfp_types.h>
#include <linux/jump_label.h>
#include <linux/nodemask_types.h>
#include <linux/types.h>

struct page;
struct pglist_data;
struct sk_buff;
struct ctl_table;
struct kmem_cache;
struct net_device;
struct notifier_block;
struct sock;
struct zone;
struct zonelist;

/* Raised whenever an ops struct or struct memreserve_host changes. */
#define MEMRESERVE_ABI 3

enum memreserve_group {
	MEMRESERVE_GFP,		/* page allocator: depth, mark, policies */
	MEMRESERVE_SLAB,	/* objects of marked slabs */
	MEMRESERVE_SOCK,	/* marked sockets, their packets, transmit */
	MEMRESERVE_THROTTLE,	/* direct reclaimers */
	MEMRESERVE_REFILL,	/* receive rings */
	MEMRESERVE_NR_GROUPS,
};

/* How far below the min watermark an allocation may go. */
enum memreserve_depth {
	MEMRESERVE_DEPTH_NONE,	/* not at all */
	MEMRESERVE_DEPTH_OOM,	/* as an OOM victim: half of min */
	MEMRESERVE_DEPTH_FULL,	/* the whole reserve, if may_take() agrees */
};

/* What a driver or the stack is about to allocate for receive. */
enum memreserve_refill {
	MEMRESERVE_REFILL_POLL,	/* ring buffers, from NAPI poll */
	MEMRESERVE_REFILL_WORK,	/* ring buffers, from a worker with NAPI off */
	MEMRESERVE_REFILL_HEAD,	/* struct sk_buff itself */
	MEMRESERVE_REFILL_FRAG,	/* page fragments for packet data */
	MEMRESERVE_REFILL_POOL,	/* page_pool pages */
};

/* Where a packet is about to be held, or merged with another one. */
enum memreserve_place {
	MEMRESERVE_PLACE_FRAGMENT,	/* until its datagram is complete */
	MEMRESERVE_PLACE_FORWARD,	/* on its way to another machine */
	MEMRESERVE_PLACE_QDISC,		/* before a device that transmits it */
	MEMRESERVE_PLACE_TUN,		/* before the program behind a tun */
	MEMRESERVE_PLACE_NEIGHBOUR,	/* until a link address is known */
	MEMRESERVE_PLACE_PACKET,	/* in a packet socket */
	MEMRESERVE_PLACE_NFQUEUE,	/* until a program has judged it */
	MEMRESERVE_PLACE_ENCAP,		/* in a tunnel over UDP */
	MEMRESERVE_PLACE_BACKLOG,	/* until another CPU has time for it */
	MEMRESERVE_PLACE_MERGE,		/* in one packet with unmarked memory */
	MEMRESERVE_PLACE_UNIX,		/* in an AF_UNIX stream */
	MEMRESERVE_NR_PLACES,
};

/* What of the receive path an administrator is about to enlarge. */
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
	 * @zone with @batch blocks: how many, at least 1? Pages on such a list
	 * are lost to the reserve as other CPUs see it. Any context; the
	 * list's lock is held.
	 */
	int (*pcp_batch)(struct zone *zone, int batch);
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
	 * pages? Any context; a node's list_lock may be held.
	 */
	bool (*match)(gfp_t gfp);
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
	 * long: may it? No: it is dropped (MERGE: it stays alone). Asked only
	 * while a socket is marked, and not where the one who would hold it is
	 * a marked socket itself. Any context but hardirq; BACKLOG also with
	 * interrupts off and the queue's lock held.
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
	 * wait would stop the ring. Softirq, NAPI thread or worker.
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
	 * that grows is there when this returns 0: each zone has had all of its
	 * min watermark free, by reclaim if need be, within @wait_ms
	 * milliseconds. -EINVAL: more than a quarter of memory. -ENOMEM: it
	 * could not be had in that time; -EINTR: the caller is being killed. On
	 * an error nothing is changed. The caller holds cpus_read_lock() and
	 * lets no other call run beside this one.
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
	/* Mark or unmark @sk on behalf of user space. */
	void (*sk_set)(struct sock *sk);
	void (*sk_clear)(struct sock *sk);
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
};

extern const struct memreserve_host memreserve_host;

#ifdef CONFIG_MEMRESERVE

extern struct static_key_false memreserve_keys[MEMRESERVE_NR_GROUPS];
extern struct static_key_false memreserve_strict_key;
extern struct static_key_false memreserve_emergency_key;
extern struct static_key_false memreserve_frees_key;
extern atomic_t memreserve_charged;

#define memreserve_asks(group) \
	static_branch_unlikely(&memreserve_keys[MEMRESERVE_##group])

/* Page allocator, mm/page_alloc.c. */
int memreserve_reserve_flags(gfp_t gfp);
bool memreserve_ask_take(struct zone *zone, unsigned int order, gfp_t gfp);
bool memreserve_ask_lift(gfp_t gfp);
void memreserve_mark_page(struct page *page, unsigned int order, gfp_t gfp);
void memreserve_raise_wmarks(struct zone *zone, unsigned long lowmem_pages);
unsigned long __memreserve_zone_emergency(struct zone *zone);
int memreserve_ask_pcp_batch(struct zone *zone, int batch);
void memreserve_ask_freed(struct page *page, unsigned int order);

static inline void memreserve_page_freed(struct page *page, unsigned int order)
{
	if (static_branch_unlikely(&memreserve_frees_key) &&
	    unlikely(atomic_read(&memreserve_charged)))
		memreserve_ask_freed(page, order);
}

static inline int memreserve_pcp_batch(struct zone *zone, int batch)
{
	return memreserve_asks(GFP) ? memreserve_ask_pcp_batch(zone, batch) :
				      batch;
}

static inline bool memreserve_may_take(struct zone *zone, unsigned int order,
				       gfp_t gfp)
{
	return !memreserve_asks(GFP) || memreserve_ask_take(zone, order, gfp);
}

/* @unbound: the kernel's own reason to lift it, which any grant brings along. */
static inline bool memreserve_lifts_policy(gfp_t gfp, int reserve_flags,
					   bool unbound)
{
	if (!reserve_flags)
		return unbound;
	return !memreserve_asks(GFP) || memreserve_ask_lift(gfp);
}

static inline unsigned long memreserve_zone_emergency(struct zone *zone)
{
	if (!static_branch_unlikely(&memreserve_emergency_key))
		return 0;
	return __memreserve_zone_emergency(zone);
}

/* SLUB, mm/slub.c, and who keeps objects of its own. */
bool memreserve_slab_match(gfp_t gfp);
bool memreserve_return_marked(struct kmem_cache *cache, void *object);

/* Is @object of a marked slab? Then it is freed, instead of kept for later. */
static inline bool memreserve_return_object(struct kmem_cache *cache,
					    void *object)
{
	return static_branch_unlikely(&memreserve_frees_key) &&
	       unlikely(atomic_read(&memreserve_charged)) &&
	       memreserve_return_marked(cache, object);
}

/* A macro: the slab is not looked at while the key is off. */
#define memreserve_slab_private(slab_is_marked) \
	(static_branch_unlikely(&memreserve_strict_key) && (slab_is_marked))

/* The grants that a detour over another gfp must not lose. */
static inline gfp_t memreserve_slab_keep(gfp_t gfp)
{
	if (!static_branch_unlikely(&memreserve_strict_key))
		return 0;
	return gfp & (__GFP_MEMALLOC | __GFP_NOMEMALLOC);
}

/* Direct reclaim, mm/vmscan.c. */
bool memreserve_allow_reclaim(struct pglist_data *pgdat);
bool memreserve_throttle(gfp_t gfp, struct zonelist *zonelist,
			 nodemask_t *nodemask);

/* Receive rings. */
gfp_t memreserve_ask_refill_gfp(enum memreserve_refill what, gfp_t gfp);

/* As kmem_cache_alloc_bulk(), for the struct sk_buffs of received packets. */
int memreserve_alloc_heads(struct kmem_cache *cache, gfp_t gfp, size_t nr,
			   void **heads);

/* A macro: @what is the tail of a name, such as POLL. */
#define memreserve_refill_gfp(what, gfp) \
	(memreserve_asks(REFILL) ? \
	 memreserve_ask_refill_gfp(MEMRESERVE_REFILL_##what, gfp) : (gfp))

/* What grows, memreserve_growth.c. */
int memreserve_grow_ring(struct net_device *dev, unsigned int buffers);
int memreserve_grow_queues(struct net_device *dev, unsigned int queues);
int memreserve_frag_thresh(const struct ctl_table *table, int write,
			   void *buffer, size_t *lenp, loff_t *ppos);

#include <linux/memreserve_sock.h>

#endif /* CONFIG_MEMRESERVE */
#endif /* _LINUX_MEMRESERVE_H */
