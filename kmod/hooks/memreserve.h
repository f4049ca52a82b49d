/* SPDX-License-Identifier: GPL-2.0 */
/*
 * memreserve - the questions that a hooked kernel asks about its emergency
 * memory. <linux/memreserve_ops.h> is for those who answer them.
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
struct delayed_work;
struct kmem_cache;
struct napi_struct;
struct neigh_table;
struct net_device;
struct sock;
struct zone;
struct zonelist;

enum memreserve_group {
	MEMRESERVE_GFP,		/* page allocator: depth, mark, policies */
	MEMRESERVE_SLAB,	/* objects of marked slabs */
	MEMRESERVE_SOCK,	/* marked sockets, their packets, transmit */
	MEMRESERVE_THROTTLE,	/* direct reclaimers */
	MEMRESERVE_REFILL,	/* receive rings */
	MEMRESERVE_NR_GROUPS,
};

/* What a driver or the stack is about to allocate for receive. */
enum memreserve_refill {
	MEMRESERVE_REFILL_POLL,	/* ring buffers, from NAPI poll */
	MEMRESERVE_REFILL_WORK,	/* ring buffers, from a worker with NAPI off */
	MEMRESERVE_REFILL_HEAD,	/* struct sk_buff itself */
	MEMRESERVE_REFILL_FRAG,	/* page fragments for packet data */
	MEMRESERVE_REFILL_POOL,	/* page_pool pages */
	MEMRESERVE_REFILL_SETUP, /* ring buffers, by who sets it up, with NAPI off */
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
	MEMRESERVE_PLACE_OUT_OF_ORDER,	/* in a socket, for what comes before it */
	MEMRESERVE_PLACE_STATE,		/* not itself: what the network remembers of it */
	MEMRESERVE_PLACE_LATER,		/* in a list of errors, or of a worker */
	MEMRESERVE_NR_PLACES,
};

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
int memreserve_ask_pcp_batch(struct zone *zone, unsigned int order, int batch);
void memreserve_ask_freed(struct page *page, unsigned int order);

/* Is any memory of the reserve in use? */
static inline bool memreserve_any_charged(void)
{
	return static_branch_unlikely(&memreserve_frees_key) &&
	       unlikely(atomic_read(&memreserve_charged));
}

/* A macro: what it needs comes with <linux/mm.h>. */
#define memreserve_wants_free(zone) \
	(memreserve_any_charged() && \
	 zone_page_state(zone, NR_FREE_PAGES) <= high_wmark_pages(zone))

static inline void memreserve_page_freed(struct page *page, unsigned int order)
{
	if (memreserve_any_charged())
		memreserve_ask_freed(page, order);
}

static inline int memreserve_pcp_batch(struct zone *zone, unsigned int order,
				       int batch)
{
	return memreserve_asks(GFP) ?
		       memreserve_ask_pcp_batch(zone, order, batch) : batch;
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
bool memreserve_slab_match(struct page *page, gfp_t gfp);
bool memreserve_is_marked(const void *object);
bool memreserve_return_marked(struct kmem_cache *cache, void *object);

/* Is @object of a marked slab? Then it is freed, instead of kept for later. */
static inline bool memreserve_return_object(struct kmem_cache *cache,
					    void *object)
{
	return memreserve_any_charged() &&
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

/* Has the worker of a receive ring run after @delay jiffies. Any context. */
bool memreserve_queue_refill(struct delayed_work *work, unsigned long delay);

/* For the struct sk_buff of a received packet, where there was no memory for it. */
void *memreserve_late_head(struct kmem_cache *cache, gfp_t gfp);

/* As kmem_cache_alloc_bulk(), for the struct sk_buffs of received packets. */
int memreserve_alloc_heads(struct kmem_cache *cache, gfp_t gfp, size_t nr,
			   void **heads);

/*
 * Around what a driver allocates for a ring while receive is off, besides its
 * buffers: no I/O where these may not reclaim.
 */
unsigned int memreserve_ring_begin(void);
void memreserve_ring_end(unsigned int flags);

/* A macro: @what is the tail of a name, such as POLL. */
#define memreserve_refill_gfp(what, gfp) \
	(memreserve_asks(REFILL) ? \
	 memreserve_ask_refill_gfp(MEMRESERVE_REFILL_##what, gfp) : (gfp))

/* Where a driver sets its ring up with what also fills it. */
#define memreserve_ring_gfp(gfp) \
	((gfp) & __GFP_DIRECT_RECLAIM ? memreserve_refill_gfp(SETUP, gfp) : \
					memreserve_refill_gfp(POLL, gfp))

/* What grows, memreserve_growth.c. */
int memreserve_grow_ring(struct net_device *dev, unsigned int buffers);
int memreserve_grow_queues(struct net_device *dev, unsigned int queues);
int memreserve_frag_thresh(const struct ctl_table *table, int write,
			   void *buffer, size_t *lenp, loff_t *ppos);

#include <linux/memreserve_sock.h>

#endif /* CONFIG_MEMRESERVE */
#endif /* _LINUX_MEMRESERVE_H */
