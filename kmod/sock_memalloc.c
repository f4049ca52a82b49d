// SPDX-License-Identifier: GPL-2.0
/*
 * sock_memalloc - sockets that carry pages to swap, and their packets
 *
 * A marked socket may use the reserve: its data, its control packets, and what
 * arrives for it. On receive nobody can tell at first whom a packet is for, so
 * while any socket is marked every receive buffer may come from the reserve;
 * a packet that sits in reserve memory and turns out to be for somebody else
 * is dropped, and its memory is back.
 *
 * A mark lives on a list here from the moment it is made until its socket dies
 * or it is taken back. That list is what mainline lacks: it never counts a
 * dead socket out, so that after the first network swap every receive buffer
 * of the machine may use the reserve until reboot.
 *
 * The list is a fixed table: a mark is made while swap may be down and memory
 * gone, and needs none. Marks that are older than this module are not on it;
 * they go the way they would go without it.
 *
 * Unload: on the policy mainline a kernel's mark stays (the base would have
 * made it too), on bare it is taken back. User space's marks are taken back
 * always.
 */
#include <linux/gfp.h>
#include <linux/if_ether.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "entitled.h"
#include "netswap.h"
#include "sock_memalloc.h"
#include "trace.h"

enum {
	SOCKETS_MARKED, SOCKETS_UNMARKED, SOCKETS_DIED, MARKS_REFUSED,
	SKB_MARKED, SKB_DELIVERED, SKB_DROPPED_SOCKET, SKB_DROPPED_PROTOCOL,
	RX_GRANTS, XMITS, FRAGS_RELEASED,
};

static const char * const counter_names[] = {
	[SOCKETS_MARKED] = "sockets_marked",
	[SOCKETS_UNMARKED] = "sockets_unmarked",
	[SOCKETS_DIED] = "sockets_died",
	[MARKS_REFUSED] = "marks_refused",
	[SKB_MARKED] = "skb_marked",
	[SKB_DELIVERED] = "skb_delivered",
	[SKB_DROPPED_SOCKET] = "skb_dropped_socket",
	[SKB_DROPPED_PROTOCOL] = "skb_dropped_protocol",
	[RX_GRANTS] = "rx_grants",
	[XMITS] = "xmits",
	[FRAGS_RELEASED] = "frags_released",
};

static struct netswap_mechanism mech;

struct mark {
	struct sock *sk;	/* not counted: dies() takes the mark away */
	u32 id;
	enum netswap_marked_by by;
};

static DEFINE_SPINLOCK(marks_lock);	/* IRQ-safe; protects the next four */
static struct mark marks[SOCK_MEMALLOC_MAX_MARKS];
static unsigned int marks_used;		/* all marks are below this index */
static u32 last_id;
static bool closing;			/* no new marks on the list */

static struct mark *find_mark(const struct sock *sk)
{
	unsigned int i;

	lockdep_assert_held(&marks_lock);
	for (i = 0; i < marks_used; i++)
		if (marks[i].sk == sk)
			return &marks[i];
	return NULL;
}

static void forget_mark(struct mark *mark)
{
	lockdep_assert_held(&marks_lock);
	mark->sk = NULL;
	while (marks_used && !marks[marks_used - 1].sk)
		marks_used--;
}

/* Return: true when the socket was not marked and is now. */
static bool make_mark(struct sock *sk, enum netswap_marked_by by, u32 *id)
{
	struct mark *mark;
	unsigned long flags;

	spin_lock_irqsave(&marks_lock, flags);
	if (sock_flag(sk, SOCK_MEMALLOC)) {
		spin_unlock_irqrestore(&marks_lock, flags);
		return false;
	}
	mark = closing ? NULL : find_mark(NULL);
	if (!mark && !closing && marks_used < ARRAY_SIZE(marks))
		mark = &marks[marks_used++];
	if (!mark) {
		bool base_marks = closing &&
				  strcmp(netswap_host()->policy(), "bare");

		if (!base_marks) {
			spin_unlock_irqrestore(&marks_lock, flags);
			netswap_count(&mech, MARKS_REFUSED);
			pr_warn_ratelimited("sock_memalloc: no room for another mark; a socket stays without\n");
			return false;
		}
	} else {
		if (!++last_id)
			++last_id;
		*mark = (struct mark){ .sk = sk, .id = last_id, .by = by };
		*id = last_id;
	}
	sock_set_flag(sk, SOCK_MEMALLOC);
	sk->sk_allocation |= __GFP_MEMALLOC;
	spin_unlock_irqrestore(&marks_lock, flags);

	netswap_count(&mech, SOCKETS_MARKED);
	trace_netswap_mark(*id, true, by == NETSWAP_MARKED_BY_USER);
	return true;
}

static void unmark_sock(struct sock *sk)
{
	sock_reset_flag(sk, SOCK_MEMALLOC);
	sk->sk_allocation &= ~__GFP_MEMALLOC;
}

static bool set(struct sock *sk)
{
	u32 id = 0;

	if (!make_mark(sk, NETSWAP_MARKED_BY_KERNEL, &id))
		return false;
	netswap_event(NETSWAP_EVENT_KIND_SOCKET_MARKED, NULL, id);
	return true;
}

static bool clear(struct sock *sk)
{
	bool pinned = false;
	struct mark *mark;
	u32 id = 0;
	unsigned long flags;

	spin_lock_irqsave(&marks_lock, flags);
	if (!sock_flag(sk, SOCK_MEMALLOC)) {
		spin_unlock_irqrestore(&marks_lock, flags);
		return false;
	}
	mark = find_mark(sk);
	if (mark) {
		id = mark->id;
		pinned = closing;
		forget_mark(mark);
	}
	unmark_sock(sk);
	spin_unlock_irqrestore(&marks_lock, flags);
	/* The caller has a reference of its own. */
	if (pinned)
		sock_put(sk);

	netswap_count(&mech, SOCKETS_UNMARKED);
	trace_netswap_mark(id, false, false);
	netswap_event(NETSWAP_EVENT_KIND_SOCKET_UNMARKED, NULL, id);
	return true;
}

static bool dies(struct sock *sk)
{
	struct mark *mark;
	u32 id = 0;
	unsigned long flags;

	spin_lock_irqsave(&marks_lock, flags);
	mark = find_mark(sk);
	if (mark) {
		id = mark->id;
		forget_mark(mark);
	}
	spin_unlock_irqrestore(&marks_lock, flags);
	if (!mark)
		return false;

	netswap_count(&mech, SOCKETS_DIED);
	trace_netswap_mark(id, false, false);
	return true;
}

/* Not to get a page is an ordinary thing on these sockets: no warning. */
static gfp_t sk_gfp(const struct sock *sk, gfp_t gfp)
{
	if (!sock_flag(sk, SOCK_MEMALLOC))
		return gfp;
	return gfp | __GFP_MEMALLOC | __GFP_NOWARN;
}

static gfp_t rx_gfp(gfp_t gfp)
{
	netswap_count(&mech, RX_GRANTS);
	return gfp | __GFP_MEMALLOC;
}

/* Mainline gives this to drivers even where nothing swaps over a network. */
static gfp_t dev_page_gfp(gfp_t gfp)
{
	return sk_memalloc_socks() ? rx_gfp(gfp) : gfp;
}

static bool critical(const struct sk_buff *skb)
{
	netswap_count(&mech, SKB_MARKED);
	return true;
}

/* What can carry TCP to a marked socket, and the address lookup for it. */
VISIBLE_IF_KUNIT bool sock_memalloc_protocol(__be16 protocol)
{
	return protocol == htons(ETH_P_IP) || protocol == htons(ETH_P_IPV6) ||
	       protocol == htons(ETH_P_ARP) ||
	       protocol == htons(ETH_P_8021Q) ||
	       protocol == htons(ETH_P_8021AD);
}
EXPORT_SYMBOL_IF_KUNIT(sock_memalloc_protocol);

static bool protocol(const struct sk_buff *skb)
{
	if (sock_memalloc_protocol(skb->protocol))
		return true;
	netswap_count(&mech, SKB_DROPPED_PROTOCOL);
	netswap_event_later(NETSWAP_EVENT_KIND_PACKET_DROPPED, 1);
	return false;
}

static bool admit(const struct sock *sk, const struct sk_buff *skb)
{
	if (sock_flag(sk, SOCK_MEMALLOC)) {
		netswap_count(&mech, SKB_DELIVERED);
		return true;
	}
	netswap_count(&mech, SKB_DROPPED_SOCKET);
	netswap_event_later(NETSWAP_EVENT_KIND_PACKET_DROPPED, 1);
	return false;
}

static gfp_t xmit_gfp(const struct sock *sk, gfp_t gfp)
{
	if (!sock_flag(sk, SOCK_MEMALLOC))
		return gfp & ~__GFP_MEMALLOC;
	netswap_count(&mech, XMITS);
	return gfp | __GFP_MEMALLOC | __GFP_NOWARN;
}

static bool xmit_memalloc(void)
{
	return true;
}

/*
 * A page that came from the reserve for one packet would otherwise serve all
 * packets of its socket, task or queue until it is used up.
 */
static bool frag_keep(const struct page *page, gfp_t gfp)
{
	if (netswap_entitled(gfp) != MEMRESERVE_DEPTH_NONE)
		return true;
	netswap_count(&mech, FRAGS_RELEASED);
	return false;
}

static void show(void)
{
	netswap_show(&mech);
}

static const struct memreserve_sock_ops ops = {
	.set = set,
	.clear = clear,
	.dies = dies,
	.sk_gfp = sk_gfp,
	.rx_gfp = rx_gfp,
	.dev_page_gfp = dev_page_gfp,
	.critical = critical,
	.protocol = protocol,
	.admit = admit,
	.xmit_gfp = xmit_gfp,
	.xmit_memalloc = xmit_memalloc,
	.frag_keep = frag_keep,
};

static struct netswap_mechanism mech = {
	.name = KBUILD_MODNAME,
	.group = MEMRESERVE_SOCK,
	.ops = &ops,
	.counter_names = counter_names,
	.nr_counters = ARRAY_SIZE(counter_names),
	.show = show,
};

/* ------------------------------------------------------------------------
 * For user space. The core calls these one at a time.
 */

static int user_mark(struct sock *sk, u32 *id)
{
	bool marked;

	lock_sock(sk);
	marked = make_mark(sk, NETSWAP_MARKED_BY_USER, id);
	release_sock(sk);
	if (!marked)
		return sock_flag(sk, SOCK_MEMALLOC) ? -EBUSY : -ENOSPC;
	static_branch_inc(&memalloc_socks_key);
	netswap_event(NETSWAP_EVENT_KIND_SOCKET_MARKED, NULL, *id);
	return 0;
}

/* Return: the mark's socket with a reference, NULL if it is about to die. */
static struct sock *hold_mark(const struct mark *mark)
{
	lockdep_assert_held(&marks_lock);
	return refcount_inc_not_zero(&mark->sk->sk_refcnt) ? mark->sk : NULL;
}

static int user_unmark(struct sock *sk, u32 id)
{
	struct mark *mark = NULL;
	int err = 0;
	unsigned int i;
	unsigned long flags;

	spin_lock_irqsave(&marks_lock, flags);
	for (i = 0; i < marks_used && !mark; i++)
		if (marks[i].sk && (sk ? marks[i].sk == sk : marks[i].id == id))
			mark = &marks[i];
	if (!mark)
		err = -ENOENT;
	else if (mark->by != NETSWAP_MARKED_BY_USER)
		err = -EPERM;
	sk = err ? NULL : hold_mark(mark);
	spin_unlock_irqrestore(&marks_lock, flags);
	if (!sk)
		return err ?: -ENOENT;

	lock_sock(sk);
	netswap_host()->sk_clear(sk);
	release_sock(sk);
	sock_put(sk);
	return 0;
}

static void describe(struct sock *sk, struct netswap_mark *out)
{
	const struct inet_sock *inet = inet_sk(sk);

	out->family = sk->sk_family;
	out->inode = sock_i_ino(sk);
	out->local[0] = '\0';
	out->remote[0] = '\0';
	if (sk->sk_family == AF_INET) {
		snprintf(out->local, sizeof(out->local), "%pI4:%u",
			 &inet->inet_saddr, ntohs(inet->inet_sport));
		snprintf(out->remote, sizeof(out->remote), "%pI4:%u",
			 &inet->inet_daddr, ntohs(inet->inet_dport));
	}
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		snprintf(out->local, sizeof(out->local), "[%pI6c]:%u",
			 &sk->sk_v6_rcv_saddr, ntohs(inet->inet_sport));
		snprintf(out->remote, sizeof(out->remote), "[%pI6c]:%u",
			 &sk->sk_v6_daddr, ntohs(inet->inet_dport));
	}
#endif
}

static bool user_next(u32 id, struct netswap_mark *out)
{
	const struct mark *best = NULL;
	struct sock *sk = NULL;
	unsigned int i;
	unsigned long flags;

	spin_lock_irqsave(&marks_lock, flags);
	for (i = 0; i < marks_used; i++)
		if (marks[i].sk && marks[i].id >= id &&
		    (!best || marks[i].id < best->id) &&
		    refcount_read(&marks[i].sk->sk_refcnt))
			best = &marks[i];
	if (best) {
		out->id = best->id;
		out->by = best->by;
		sk = hold_mark(best);
	}
	spin_unlock_irqrestore(&marks_lock, flags);
	if (!sk)
		return false;
	describe(sk, out);
	sock_put(sk);
	return true;
}

static const struct netswap_marker marker = {
	.mark = user_mark,
	.unmark = user_unmark,
	.next = user_next,
};

/* ------------------------------------------------------------------------
 * Leaving
 */

/*
 * Once the group is given back, dies() is not called any more, and a socket on
 * the list may vanish. So hold them first.
 */
static void pin_marks(void)
{
	unsigned int i, gone = 0;
	unsigned long flags;

	spin_lock_irqsave(&marks_lock, flags);
	closing = true;
	for (i = 0; i < marks_used; i++) {
		if (marks[i].sk && !hold_mark(&marks[i])) {
			marks[i].sk = NULL;
			gone++;
		}
	}
	spin_unlock_irqrestore(&marks_lock, flags);
	netswap_host()->sk_uncount(gone);
}

static void release_marks(void)
{
	bool bare = !strcmp(netswap_host()->policy(), "bare");
	unsigned int i, taken_back = 0;

	for (i = 0; i < marks_used; i++) {
		struct sock *sk = marks[i].sk;

		if (!sk)
			continue;
		lock_sock(sk);
		if ((bare || marks[i].by == NETSWAP_MARKED_BY_USER) &&
		    sock_flag(sk, SOCK_MEMALLOC)) {
			unmark_sock(sk);
			sk_mem_reclaim(sk);
			taken_back++;
		}
		release_sock(sk);
		sock_put(sk);
	}
	netswap_host()->sk_uncount(taken_back);
}

static int __init sock_memalloc_init(void)
{
	int err = netswap_register(&mech);

	if (!err)
		netswap_marker_set(&marker);
	return err;
}
module_init(sock_memalloc_init);

static void __exit sock_memalloc_exit(void)
{
	netswap_marker_set(NULL);
	pin_marks();
	netswap_unregister(&mech);
	release_marks();
}
module_exit(sock_memalloc_exit);

MODULE_DESCRIPTION("Lets marked sockets use the reserve, and nobody else's packets");
MODULE_LICENSE("GPL");
