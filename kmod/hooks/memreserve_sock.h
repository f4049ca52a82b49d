/* SPDX-License-Identifier: GPL-2.0 */
/*
 * memreserve - how sockets and packets ask; struct memreserve_sock_ops has what.
 *
 * <linux/memreserve.h> includes this, and <linux/skbuff.h> and <net/sock.h>
 * include that one: what needs theirs is a macro.
 */
#ifndef _LINUX_MEMRESERVE_SOCK_H
#define _LINUX_MEMRESERVE_SOCK_H

void memreserve_sk_set(struct sock *sk);
void memreserve_sk_clear(struct sock *sk);
void memreserve_sk_dies(struct sock *sk);
void memreserve_ask_inherit(struct sock *child);
gfp_t memreserve_ask_sk_gfp(const struct sock *sk, gfp_t gfp);
gfp_t memreserve_ask_rx_gfp(gfp_t gfp);
gfp_t memreserve_ask_dev_page_gfp(gfp_t gfp);
bool memreserve_ask_critical(const struct sk_buff *skb);
bool memreserve_skb_protocol(const struct sk_buff *skb);
bool memreserve_ask_admit(const struct sock *sk, const struct sk_buff *skb);
gfp_t memreserve_ask_xmit_gfp(const struct sock *sk, gfp_t gfp);
unsigned int memreserve_xmit_save(void);
unsigned int memreserve_packet_begin(void);
void memreserve_packet_end(unsigned int flags);
int memreserve_busy_poll(int (*poll)(struct napi_struct *napi, int budget),
			 struct napi_struct *napi, int budget);
void memreserve_busy_poll_stop(void (*stop)(struct napi_struct *napi, bool skip),
			       struct napi_struct *napi, bool skip);
void memreserve_ask_for_socket(void (*handler)(struct sock *sk),
			       struct sock *sk);
struct sk_buff *memreserve_alloc_fin(const struct sock *sk, unsigned int size,
				     gfp_t gfp);
bool memreserve_ask_frag_keep(const struct page *page, gfp_t gfp);

static inline gfp_t memreserve_rx_gfp(gfp_t gfp)
{
	return memreserve_asks(SOCK) ? memreserve_ask_rx_gfp(gfp) :
				       gfp | __GFP_MEMALLOC;
}

static inline gfp_t memreserve_dev_page_gfp(gfp_t gfp)
{
	return memreserve_asks(SOCK) ? memreserve_ask_dev_page_gfp(gfp) :
				       gfp | __GFP_MEMALLOC;
}

/* For what is remembered of a connection and can be done without. */
static inline gfp_t memreserve_state_gfp(gfp_t gfp)
{
	return memreserve_asks(SOCK) ? gfp | __GFP_NOMEMALLOC : gfp;
}

static inline bool memreserve_skb_critical(const struct sk_buff *skb)
{
	return !memreserve_asks(SOCK) || memreserve_ask_critical(skb);
}

static inline gfp_t memreserve_xmit_gfp(const struct sock *sk, gfp_t gfp)
{
	return memreserve_asks(SOCK) ? memreserve_ask_xmit_gfp(sk, gfp) : gfp;
}

/*
 * True where the kernel's own test shall be overruled. A macro: <net/sock.h>,
 * which has sock_flag(), includes this file.
 */
#define memreserve_skb_refused(sk, skb) \
	(memreserve_asks(SOCK) ? !memreserve_ask_admit(sk, skb) : \
	 !sock_flag(sk, SOCK_MEMALLOC))

/* A macro: page_is_pfmemalloc() is in <linux/mm.h>, too much to include here. */
#define memreserve_frag_stale(page, gfp) \
	(memreserve_asks(SOCK) && page_is_pfmemalloc(page) && \
	 !memreserve_ask_frag_keep(page, gfp))

DECLARE_STATIC_KEY_FALSE(memalloc_socks_key);

/* Packets that are held; see struct memreserve_sock_ops. */
bool memreserve_ask_hold(enum memreserve_place place,
			 const struct sk_buff *skb);
bool memreserve_ask_stranger(struct neigh_table *table, const void *address,
			     struct net_device *dev, const struct sk_buff *skb);
bool memreserve_in_packet(void);
unsigned int memreserve_ordinary_begin(void);
void memreserve_ordinary_end(unsigned int flags);
bool memreserve_ask_exempt(const struct sock *sk);
int memreserve_ask_xmit_flags(const struct sock *sk, struct page *page);
void memreserve_drop(struct sk_buff *skb);
bool memreserve_enter_backlog(const struct sk_buff *skb);
void memreserve_leave_backlog(void);

/*
 * Macros, for <linux/skbuff.h> includes this file. While no socket is marked
 * nobody is asked, for there is no swap traffic to protect; unless what was
 * taken for it has not come back yet, and should not begin to wait now.
 */
#define memreserve_asks_hold() \
	(memreserve_asks(SOCK) && \
	 (static_branch_unlikely(&memalloc_socks_key) || \
	  memreserve_any_charged()))

/* @place is the tail of a name, such as FRAGMENT. */
#define memreserve_refuses_hold(place, skb) \
	(memreserve_asks_hold() && \
	 unlikely(skb_pfmemalloc(skb)) && \
	 !memreserve_ask_hold(MEMRESERVE_PLACE_##place, skb))

/* @holder: the socket that would hold it. */
#define memreserve_refuses_hold_by(place, holder, skb) \
	(memreserve_asks_hold() && \
	 unlikely(skb_pfmemalloc(skb)) && \
	 !sock_flag(holder, SOCK_MEMALLOC) && \
	 !memreserve_ask_hold(MEMRESERVE_PLACE_##place, skb))

/* Somebody on @dev, whose @address this is, asks in @skb for our link address. */
#define memreserve_refuses_stranger(table, address, dev, skb) \
	(memreserve_asks_hold() && \
	 unlikely(skb_pfmemalloc(skb)) && \
	 memreserve_ask_stranger(table, address, dev, skb))

/*
 * @skb goes to a neighbour. If it answers a packet in reserve memory, whatever
 * memory it is in itself, and we do not know that one (@known is not looked at
 * before), an entry would have to be made for him.
 */
#define memreserve_refuses_answer(known, skb) \
	(memreserve_asks_hold() && unlikely(memreserve_in_packet()) && \
	 !(known) && !memreserve_ask_hold(MEMRESERVE_PLACE_STATE, skb))

/* Over @rt, of IPv4: gateways are as many as there are routes. */
#define memreserve_knows_hop(rt, skb) \
	((rt)->rt_gw_family || \
	 __ipv4_neigh_lookup_noref((rt)->dst.dev, (__force u32)ip_hdr(skb)->daddr))

/* @skb is of a router, or of who says so. Of IPv6, which may be a module. */
#define memreserve_refuses_router(skb) \
	(memreserve_asks_hold() && \
	 unlikely(skb_pfmemalloc(skb)) && \
	 !({ \
		struct fib6_info *way = rt6_get_dflt_router(dev_net((skb)->dev), \
							    &ipv6_hdr(skb)->saddr, \
							    (skb)->dev); \
		fib6_info_release(way); \
		way; \
	 }) && \
	 !memreserve_ask_hold(MEMRESERVE_PLACE_STATE, skb))

#define memreserve_refuses_merge(a, b) \
	(memreserve_asks_hold() && \
	 unlikely(skb_pfmemalloc(a) != skb_pfmemalloc(b)) && \
	 !memreserve_ask_hold(MEMRESERVE_PLACE_MERGE, \
			      skb_pfmemalloc(a) ? (a) : (b)))

/* A new packet, with an ordinary buffer perhaps. Bottom halves are off where one is received. */
#define memreserve_mark_head(skb) \
	do { \
		if (memreserve_any_charged() && in_softirq() && \
		    memreserve_is_marked(skb)) \
			(skb)->pfmemalloc = 1; \
	} while (0)

/* As __alloc_skb(), which itself forgets that mark: most of what it makes was not received. */
#define memreserve_alloc_skb(size, gfp, flags, node) \
	({ \
		struct sk_buff *made = __alloc_skb(size, gfp, flags, node); \
		if (made && ((flags) & SKB_ALLOC_RX)) \
			memreserve_mark_head(made); \
		made; \
	})

/* @part becomes a part of @whole. */
#define memreserve_join_mark(whole, part) \
	do { \
		if (memreserve_asks(SOCK) && skb_pfmemalloc(part)) \
			(whole)->pfmemalloc = 1; \
	} while (0)

/* What is not refused is counted, until it leaves. */
#define memreserve_refuses_backlog(skb) \
	(memreserve_asks(SOCK) && unlikely(skb_pfmemalloc(skb)) && \
	 !memreserve_enter_backlog(skb))

#define memreserve_backlog_leave(skb) \
	do { \
		if (memreserve_asks(SOCK) && skb_pfmemalloc(skb)) \
			memreserve_leave_backlog(); \
	} while (0)

/* @child was copied from a listener, with its mark if it has one. */
#define memreserve_sk_inherits(child) \
	do { \
		if (memreserve_asks(SOCK) && sock_flag(child, SOCK_MEMALLOC)) \
			memreserve_ask_inherit(child); \
	} while (0)

#define memreserve_exempt(sk) \
	(memreserve_asks(SOCK) && sock_flag(sk, SOCK_MEMALLOC) && \
	 memreserve_ask_exempt(sk))

#define memreserve_sk_gfp(sk, gfp) \
	(memreserve_asks(SOCK) ? memreserve_ask_sk_gfp(sk, gfp) : (gfp))

/*
 * Runs @handler(@sk) in softirq, the socket locked, as if a packet of the
 * socket's had come: the packets of a marked one may come from the reserve.
 */
#define memreserve_for_socket(handler, sk) \
	do { \
		if (memreserve_asks(SOCK) && sock_flag(sk, SOCK_MEMALLOC)) \
			memreserve_ask_for_socket(handler, sk); \
		else \
			handler(sk); \
	} while (0)

/*
 * A marked socket must not wait for its control group to reclaim, which may
 * wait for the socket. What it does not get it asks for with exempt().
 */
#define memreserve_charge_gfp(sk, gfp) \
	(memreserve_asks(SOCK) && sock_flag(sk, SOCK_MEMALLOC) ? \
	 (gfp) & ~__GFP_DIRECT_RECLAIM : (gfp))

/*
 * A note to user space, made with the lock held that senders wait for: it does
 * without memory rather than wait for some. Who watches finds out by himself.
 */
#define memreserve_note_gfp(sk, gfp) \
	(memreserve_asks(SOCK) && sock_flag(sk, SOCK_MEMALLOC) ? \
	 GFP_NOWAIT | __GFP_NOWARN : (gfp))

#define memreserve_xmit_flags(sk, page) \
	(memreserve_asks(SOCK) ? memreserve_ask_xmit_flags(sk, page) : 0)

#endif /* _LINUX_MEMRESERVE_SOCK_H */
