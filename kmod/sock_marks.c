// SPDX-License-Identifier: GPL-2.0
/*
 * The marked sockets.
 *
 * A mark lives on a list here from the moment it is made until its socket dies
 * or it is taken back. That list is what mainline lacks: it never counts a
 * dead socket out, so that after the first network swap every receive buffer
 * of the machine may use the reserve until reboot.
 *
 * The list is a fixed table: a mark is made while swap may be down and memory
 * gone, and needs none. Marks that are older than this module are not on it;
 * they go the way they would go without it.
 */
#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/netdevice.h>
#include <linux/printk.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <net/dst.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "netswap.h"
#include "reserve.h"
#include "sock_marks.h"
#include "sock_memalloc.h"
#include "trace.h"

struct mark {
	struct sock *sk;	/* not counted: sock_mark_dies() takes the mark away */
	u32 id;
	enum netswap_marked_by by;
	enum netswap_transport transport;
	bool datagram;		/* what it gets may come in fragments */
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

/* The reservation tree counts sockets. Any context. */
static void tell_tree(const struct mark *mark, int change)
{
	netswap_reserve_socket(mark->transport, change, mark->datagram);
}

static void forget_mark(struct mark *mark)
{
	lockdep_assert_held(&marks_lock);
	tell_tree(mark, -1);
	mark->sk = NULL;
	while (marks_used && !marks[marks_used - 1].sk)
		marks_used--;
}

/* Return: a free slot; NULL when there is none, or the module is leaving. */
static struct mark *take_slot(void)
{
	struct mark *mark;

	lockdep_assert_held(&marks_lock);
	if (closing)
		return NULL;
	mark = find_mark(NULL);
	if (!mark && marks_used < ARRAY_SIZE(marks))
		mark = &marks[marks_used++];
	return mark;
}

static bool base_marks(void)
{
	return strcmp(netswap_host()->policy(), "bare") != 0;
}

/*
 * A keeper marks a socket before it connects, and gives it to the kernel, which
 * marks it once more: it is the kernel's from then on, and stays when user
 * space's marks are taken back.
 */
static void hand_to_kernel(struct mark *mark, enum netswap_transport transport)
{
	lockdep_assert_held(&marks_lock);
	if (mark->by == NETSWAP_MARKED_BY_KERNEL)
		return;
	tell_tree(mark, -1);
	mark->by = NETSWAP_MARKED_BY_KERNEL;
	mark->transport = transport;
	tell_tree(mark, 1);
}

/**
 * sock_mark_make - mark a socket
 * @sk: the socket
 * @by: who wants it
 * @id: where the mark's number goes; left alone when the mark is not listed
 *
 * Does not count it in memalloc_socks_key. While the module is leaving, a
 * socket gets what the base would give it: on mainline a mark that is not
 * listed, on bare none. When the list is full the kernel's sockets still get a
 * mark, for swap must not depend on what else is marked.
 *
 * Process context.
 * Return: true when the socket was not marked and is now.
 */
bool sock_mark_make(struct sock *sk, enum netswap_marked_by by, u32 *id)
{
	enum netswap_transport transport = by == NETSWAP_MARKED_BY_USER ?
		NETSWAP_TRANSPORT_USER : sock_transport();
	struct mark *mark;
	unsigned long flags;
	bool full;

	if (sock_foreign(sk, transport)) {
		netswap_count(&sock_memalloc_mech, MARKS_REFUSED);
		return false;
	}
	spin_lock_irqsave(&marks_lock, flags);
	if (sock_flag(sk, SOCK_MEMALLOC)) {
		mark = find_mark(sk);
		if (mark && by == NETSWAP_MARKED_BY_KERNEL)
			hand_to_kernel(mark, transport);
		spin_unlock_irqrestore(&marks_lock, flags);
		return false;
	}
	mark = take_slot();
	full = !mark && !closing;
	if (full ? by == NETSWAP_MARKED_BY_USER : !mark && !base_marks()) {
		spin_unlock_irqrestore(&marks_lock, flags);
		netswap_count(&sock_memalloc_mech, MARKS_REFUSED);
		if (full)
			pr_warn_ratelimited("sock_memalloc: no room for another mark; a socket stays without\n");
		return false;
	}
	if (mark) {
		if (!++last_id)
			++last_id;
		*mark = (struct mark){
			.sk = sk, .id = last_id, .by = by,
			.transport = transport,
			.datagram = sk->sk_type != SOCK_STREAM,
		};
		*id = last_id;
		tell_tree(mark, 1);
	}
	sock_set_flag(sk, SOCK_MEMALLOC);
	sk->sk_allocation |= __GFP_MEMALLOC;
	spin_unlock_irqrestore(&marks_lock, flags);

	netswap_count(&sock_memalloc_mech, SOCKETS_MARKED);
	trace_netswap_mark(*id, true, by == NETSWAP_MARKED_BY_USER);
	return true;
}

static void unmark_sock(struct sock *sk)
{
	sock_reset_flag(sk, SOCK_MEMALLOC);
	sk->sk_allocation &= ~__GFP_MEMALLOC;
}

bool sock_mark_set(struct sock *sk)
{
	u32 id = 0;

	if (!sock_mark_make(sk, NETSWAP_MARKED_BY_KERNEL, &id))
		return false;
	netswap_event(NETSWAP_EVENT_KIND_SOCKET_MARKED, NULL, id);
	return true;
}

static int take_back(struct sock *sk, bool users_only)
{
	bool pinned = false;
	struct mark *mark;
	u32 id = 0;
	unsigned long flags;

	spin_lock_irqsave(&marks_lock, flags);
	mark = find_mark(sk);
	if (!sock_flag(sk, SOCK_MEMALLOC) || (users_only && !mark)) {
		spin_unlock_irqrestore(&marks_lock, flags);
		return -ENOENT;
	}
	if (users_only && mark->by != NETSWAP_MARKED_BY_USER) {
		spin_unlock_irqrestore(&marks_lock, flags);
		return -EPERM;
	}
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

	netswap_count(&sock_memalloc_mech, SOCKETS_UNMARKED);
	trace_netswap_mark(id, false, false);
	netswap_event(NETSWAP_EVENT_KIND_SOCKET_UNMARKED, NULL, id);
	return 0;
}

bool sock_mark_clear(struct sock *sk)
{
	return !take_back(sk, false);
}

/**
 * sock_mark_clear_users - take back a mark that user space made
 * @sk: the caller holds a reference, and its lock
 *
 * Leaves the count in memalloc_socks_key to the caller. Return: 0; -ENOENT when
 * it has no such mark any more, -EPERM when that is the kernel's meanwhile.
 */
int sock_mark_clear_users(struct sock *sk)
{
	return take_back(sk, true);
}

bool sock_mark_dies(struct sock *sk)
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

	netswap_count(&sock_memalloc_mech, SOCKETS_DIED);
	trace_netswap_mark(id, false, false);
	return true;
}

/* A physical device has no operations to make another one like it. */
static bool tunnelled(const struct sock *sk)
{
	const struct dst_entry *dst;

	if ((sk->sk_family != AF_INET && sk->sk_family != AF_INET6) ||
	    sk->sk_state != TCP_ESTABLISHED)
		return false;
	dst = rcu_dereference(sk->sk_dst_cache);
	return !dst || dst_xfrm(dst) || dst->dev->rtnl_link_ops;
}

/*
 * Nobody can tell what is in a tunnel's packet before the tunnel has had it.
 * Where swap traffic may be inside, it must get through.
 */
bool sock_marks_tunnelled(void)
{
	unsigned long flags;
	bool found = false;
	unsigned int i;

	rcu_read_lock();
	spin_lock_irqsave(&marks_lock, flags);
	for (i = 0; i < marks_used && !found; i++)
		found = marks[i].sk && tunnelled(marks[i].sk);
	spin_unlock_irqrestore(&marks_lock, flags);
	rcu_read_unlock();
	return found;
}

/* Return: the mark's socket with a reference, NULL if it is about to die. */
static struct sock *hold_mark(const struct mark *mark)
{
	lockdep_assert_held(&marks_lock);
	return refcount_inc_not_zero(&mark->sk->sk_refcnt) ? mark->sk : NULL;
}

/**
 * sock_mark_hold_users - find a mark that user space made
 * @sk: its socket, or NULL to look for @id
 * @id: its number
 *
 * Return: its socket with a reference. -ENOENT: no such mark. -EPERM: the
 * kernel's own.
 */
struct sock *sock_mark_hold_users(const struct sock *sk, u32 id)
{
	struct mark *mark = NULL;
	struct sock *held;
	unsigned int i;
	unsigned long flags;

	spin_lock_irqsave(&marks_lock, flags);
	for (i = 0; i < marks_used && !mark; i++)
		if (marks[i].sk && (sk ? marks[i].sk == sk : marks[i].id == id))
			mark = &marks[i];
	if (!mark)
		held = ERR_PTR(-ENOENT);
	else if (mark->by != NETSWAP_MARKED_BY_USER)
		held = ERR_PTR(-EPERM);
	else
		held = hold_mark(mark) ?: ERR_PTR(-ENOENT);
	spin_unlock_irqrestore(&marks_lock, flags);
	return held;
}

/**
 * sock_mark_hold_next - the mark with the smallest number that is not below @id
 * @id: where to begin
 * @out: gets the mark's number and maker
 *
 * Return: its socket with a reference, NULL if there is none.
 */
struct sock *sock_mark_hold_next(u32 id, struct netswap_mark *out)
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
	return sk;
}

/*
 * Once the group is given back, sock_mark_dies() is not called any more, and a
 * socket on the list may vanish. So hold them first.
 */
void sock_marks_pin(void)
{
	unsigned int i, gone = 0;
	unsigned long flags;

	spin_lock_irqsave(&marks_lock, flags);
	closing = true;
	for (i = 0; i < marks_used; i++) {
		if (marks[i].sk && !hold_mark(&marks[i])) {
			tell_tree(&marks[i], -1);
			marks[i].sk = NULL;
			gone++;
		}
	}
	spin_unlock_irqrestore(&marks_lock, flags);
	netswap_host()->sk_uncount(gone);
}

/* Nobody asks any more, so the list is ours alone; all on it are the kernel's. */
void sock_marks_release(void)
{
	bool keep = base_marks();
	unsigned int i, taken_back = 0;

	for (i = 0; i < marks_used; i++) {
		struct sock *sk = marks[i].sk;

		if (!sk)
			continue;
		lock_sock(sk);
		/* Nobody would ever count a dead one out. */
		if ((!keep || sock_flag(sk, SOCK_DEAD)) &&
		    sock_flag(sk, SOCK_MEMALLOC)) {
			unmark_sock(sk);
			if (sk->sk_type == SOCK_STREAM)
				sk_mem_reclaim(sk);
			taken_back++;
		}
		release_sock(sk);
		sock_put(sk);
		tell_tree(&marks[i], -1);
	}
	netswap_host()->sk_uncount(taken_back);
}
