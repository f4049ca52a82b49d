// SPDX-License-Identifier: GPL-2.0
/*
 * memreserve - the questions of the network: marked sockets and their packets.
 */
#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/memreserve_ops.h>
#include <linux/net.h>
#include <linux/sched/mm.h>
#include <linux/skbuff.h>
#include <linux/static_call.h>
#include <linux/workqueue.h>
#include <net/neighbour.h>
#include <net/sock.h>

#include "memreserve_internal.h"

/* ------------------------------------------------------------------------
 * Sockets and packets
 */

static bool bare_sk_ignore(struct sock *sk)
{
	return false;
}

static bool bare_inherit(const struct sock *child)
{
	return false;
}

static gfp_t bare_sk_gfp(const struct sock *sk, gfp_t gfp)
{
	return gfp;
}

static gfp_t bare_gfp(gfp_t gfp)
{
	return gfp;
}

static bool bare_critical(const struct sk_buff *skb)
{
	return false;
}

static bool bare_protocol(const struct sk_buff *skb)
{
	return true;
}

static bool bare_admit(const struct sock *sk, const struct sk_buff *skb)
{
	return true;
}

static gfp_t bare_xmit_gfp(const struct sock *sk, gfp_t gfp)
{
	return gfp & ~__GFP_MEMALLOC;
}

static bool bare_xmit_memalloc(void)
{
	return false;
}

static bool bare_frag_keep(const struct page *page, gfp_t gfp)
{
	return true;
}

static bool bare_hold(enum memreserve_place place, const struct sk_buff *skb)
{
	return true;
}

static bool bare_exempt(const struct sock *sk)
{
	return false;
}

static bool bare_xmit_splice(const struct sock *sk, const struct page *page)
{
	return false;
}

static const struct memreserve_sock_ops bare_sock_ops = {
	.set = bare_sk_ignore,
	.clear = bare_sk_ignore,
	.dies = bare_sk_ignore,
	.inherit = bare_inherit,
	.sk_gfp = bare_sk_gfp,
	.rx_gfp = bare_gfp,
	.dev_page_gfp = bare_gfp,
	.critical = bare_critical,
	.protocol = bare_protocol,
	.admit = bare_admit,
	.xmit_gfp = bare_xmit_gfp,
	.xmit_memalloc = bare_xmit_memalloc,
	.frag_keep = bare_frag_keep,
	.hold = bare_hold,
	.exempt = bare_exempt,
	.xmit_splice = bare_xmit_splice,
};

DEFINE_STATIC_CALL(mr_sk_set, bare_sk_ignore);
DEFINE_STATIC_CALL(mr_sk_clear, bare_sk_ignore);
DEFINE_STATIC_CALL(mr_sk_dies, bare_sk_ignore);
DEFINE_STATIC_CALL(mr_inherit, bare_inherit);
DEFINE_STATIC_CALL(mr_sk_gfp, bare_sk_gfp);
DEFINE_STATIC_CALL(mr_rx_gfp, bare_gfp);
DEFINE_STATIC_CALL(mr_dev_page_gfp, bare_gfp);
DEFINE_STATIC_CALL(mr_critical, bare_critical);
DEFINE_STATIC_CALL(mr_protocol, bare_protocol);
DEFINE_STATIC_CALL(mr_admit, bare_admit);
DEFINE_STATIC_CALL(mr_xmit_gfp, bare_xmit_gfp);
DEFINE_STATIC_CALL(mr_xmit_memalloc, bare_xmit_memalloc);
DEFINE_STATIC_CALL(mr_frag_keep, bare_frag_keep);
DEFINE_STATIC_CALL(mr_hold, bare_hold);
DEFINE_STATIC_CALL(mr_exempt, bare_exempt);
DEFINE_STATIC_CALL(mr_xmit_splice, bare_xmit_splice);

gfp_t memreserve_ask_sk_gfp(const struct sock *sk, gfp_t gfp)
{
	return static_call(mr_sk_gfp)(sk, gfp);
}
EXPORT_SYMBOL_GPL(memreserve_ask_sk_gfp);

gfp_t memreserve_ask_rx_gfp(gfp_t gfp)
{
	return static_call(mr_rx_gfp)(gfp);
}
EXPORT_SYMBOL_GPL(memreserve_ask_rx_gfp);

gfp_t memreserve_ask_dev_page_gfp(gfp_t gfp)
{
	return static_call(mr_dev_page_gfp)(gfp);
}
EXPORT_SYMBOL_GPL(memreserve_ask_dev_page_gfp);

bool memreserve_ask_critical(const struct sk_buff *skb)
{
	return static_call(mr_critical)(skb);
}

bool memreserve_skb_protocol(const struct sk_buff *skb)
{
	return static_call(mr_protocol)(skb);
}

bool memreserve_ask_admit(const struct sock *sk, const struct sk_buff *skb)
{
	return static_call(mr_admit)(sk, skb);
}
EXPORT_SYMBOL_GPL(memreserve_ask_admit);

gfp_t memreserve_ask_xmit_gfp(const struct sock *sk, gfp_t gfp)
{
	return static_call(mr_xmit_gfp)(sk, gfp);
}
EXPORT_SYMBOL_GPL(memreserve_ask_xmit_gfp);

/*
 * Stands where nbd enters its PF_MEMALLOC scope. Returns what
 * memalloc_noreclaim_restore() takes: the flags that were newly set.
 */
unsigned int memreserve_xmit_save(void)
{
	if (memreserve_asks(SOCK) && !static_call(mr_xmit_memalloc)())
		return 0;
	return memalloc_noreclaim_save();
}
EXPORT_SYMBOL_GPL(memreserve_xmit_save);

void memreserve_ask_for_socket(void (*handler)(struct sock *sk),
			       struct sock *sk)
{
	unsigned int flags = memreserve_xmit_save();

	handler(sk);
	memalloc_noreclaim_restore(flags);
}

bool memreserve_ask_frag_keep(const struct page *page, gfp_t gfp)
{
	return static_call(mr_frag_keep)(page, gfp);
}

bool memreserve_ask_hold(enum memreserve_place place,
			 const struct sk_buff *skb)
{
	return static_call(mr_hold)(place, skb);
}
EXPORT_SYMBOL_GPL(memreserve_ask_hold);

/*
 * An answer goes to whom the asker's entry leads to. Whom we know has one; for
 * anybody else it would have to be made. Swap traffic does not need that: this
 * machine speaks first, and makes the entry then.
 */
bool memreserve_ask_stranger(struct neigh_table *table, const void *address,
			     struct net_device *dev, const struct sk_buff *skb)
{
	struct neighbour *known = neigh_lookup(table, address, dev);

	if (!known)
		return !memreserve_ask_hold(MEMRESERVE_PLACE_STATE, skb);
	neigh_release(known);
	return false;
}
EXPORT_SYMBOL_GPL(memreserve_ask_stranger);

void memreserve_drop(struct sk_buff *skb)
{
	kfree_skb_reason(skb, SKB_DROP_REASON_NOMEM);
}
EXPORT_SYMBOL_GPL(memreserve_drop);

bool memreserve_ask_exempt(const struct sock *sk)
{
	return static_call(mr_exempt)(sk);
}
EXPORT_SYMBOL_GPL(memreserve_ask_exempt);

#ifdef MSG_SPLICE_PAGES
/* What is to be added to the flags of a message that consists of @page. */
int memreserve_ask_xmit_flags(const struct sock *sk, struct page *page)
{
	if (!sendpage_ok(page) || !static_call(mr_xmit_splice)(sk, page))
		return 0;
	return MSG_SPLICE_PAGES;
}
EXPORT_SYMBOL_GPL(memreserve_ask_xmit_flags);
#endif

static void aim_sock(const void *ops)
{
	const struct memreserve_sock_ops *sock = ops;

	static_call_update(mr_sk_set, sock->set);
	static_call_update(mr_sk_clear, sock->clear);
	static_call_update(mr_sk_dies, sock->dies);
	static_call_update(mr_inherit, sock->inherit);
	static_call_update(mr_sk_gfp, sock->sk_gfp);
	static_call_update(mr_rx_gfp, sock->rx_gfp);
	static_call_update(mr_dev_page_gfp, sock->dev_page_gfp);
	static_call_update(mr_critical, sock->critical);
	static_call_update(mr_protocol, sock->protocol);
	static_call_update(mr_admit, sock->admit);
	static_call_update(mr_xmit_gfp, sock->xmit_gfp);
	static_call_update(mr_xmit_memalloc, sock->xmit_memalloc);
	static_call_update(mr_frag_keep, sock->frag_keep);
	static_call_update(mr_hold, sock->hold);
	static_call_update(mr_exempt, sock->exempt);
	static_call_update(mr_xmit_splice, sock->xmit_splice);
}

const struct memreserve_questions memreserve_sock_questions = {
	.bare = &bare_sock_ops,
	.callbacks_size = sizeof(struct memreserve_sock_ops),
	.aim = aim_sock,
};

/* ------------------------------------------------------------------------
 * Marked sockets: the answer comes from the group, the counting is ours
 */

static atomic_t memreserve_uncounted = ATOMIC_INIT(0);

static void memreserve_uncount_fn(struct work_struct *work)
{
	while (atomic_read(&memreserve_uncounted) > 0) {
		static_branch_dec(&memalloc_socks_key);
		atomic_dec(&memreserve_uncounted);
	}
}

static DECLARE_WORK(memreserve_uncount_work, memreserve_uncount_fn);

/*
 * The last reference to a socket may go in softirq; patching text may not. Nor
 * may it wait for the CPU hotplug lock while the socket is locked: whoever has
 * that may wait for memory, and so for the socket.
 */
void memreserve_sk_uncount(unsigned int n)
{
	if (!n)
		return;
	atomic_add(n, &memreserve_uncounted);
	schedule_work(&memreserve_uncount_work);
}

/*
 * The key's own way in takes the CPU hotplug lock in any case, and whoever
 * brings a CPU up meanwhile may wait for the very connection that is about to be
 * marked. Where some socket is marked already no text changes.
 */
void memreserve_sk_count_in(void)
{
	atomic_t *count = &memalloc_socks_key.key.enabled;
	int before = atomic_read(count);

	while (before > 0)
		if (atomic_try_cmpxchg(count, &before, before + 1))
			return;
	static_branch_inc(&memalloc_socks_key);
}

void memreserve_sk_set(struct sock *sk)
{
	if (static_call(mr_sk_set)(sk))
		memreserve_sk_count_in();
}

/*
 * The socket may hold more receive memory than its limits allow, because a
 * marked one is exempt: give back what it does not use now.
 */
void memreserve_sk_clear(struct sock *sk)
{
	if (!static_call(mr_sk_clear)(sk))
		return;
	memreserve_sk_uncount(1);
	/* What a datagram socket has is protected by the lock of its queue. */
	if (sk->sk_type == SOCK_STREAM)
		sk_mem_reclaim(sk);
}

void memreserve_sk_dies(struct sock *sk)
{
	if (static_call(mr_sk_dies)(sk))
		memreserve_sk_uncount(1);
}

/* It was not counted: its mark came with the memory that was copied. */
void memreserve_ask_inherit(struct sock *child)
{
	if (static_call(mr_inherit)(child))
		return;
	sock_reset_flag(child, SOCK_MEMALLOC);
	child->sk_allocation &= ~__GFP_MEMALLOC;
}

/* Without those that are about to be counted out; one more or less for a moment. */
int memreserve_sk_count(void)
{
	int counted = static_key_count(&memalloc_socks_key.key);

	return max(counted - atomic_read(&memreserve_uncounted), 0);
}
