// SPDX-License-Identifier: GPL-2.0
/*
 * The sockets that user space marked, on a kernel without hooks.
 *
 * A mark is what the kernel's sk_set_memalloc() makes: the flag, the gfp and
 * one count in memalloc_socks_key. The kernel never tells when a socket dies,
 * and a count that is left behind would open the reserve to every receive
 * buffer until reboot. So each mark holds a reference to its socket, and a
 * work item looks once a second for those that have been closed. Until then
 * the memory of a closed socket stays, and with it its network namespace.
 *
 * The steps of sk_set_memalloc() and sk_clear_memalloc() are made here, for
 * two reasons. Both change the count with the socket locked by their caller,
 * and that waits for CPU hotplug, which may wait for memory, which the owner of
 * this very socket may have to bring: here the count changes outside the lock.
 * And sk_clear_memalloc() gives back unused receive memory without the lock
 * that UDP has for it.
 *
 * A mark needs no memory: the table is fixed. One thing cannot be seen here: a
 * driver that marks a socket which has a mark already. It loses it when that
 * mark is taken back, so hand over sockets unmarked.
 */
#include <linux/jump_label.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "marks.h"

#define MAX_MARKS 256

struct mark {
	struct sock *sk;	/* counted; NULL: the slot is free */
	u32 id;
};

static DEFINE_SPINLOCK(marks_lock);	/* protects the next three; BH stay on */
static struct mark marks[MAX_MARKS];
static unsigned int marks_used;		/* all marks are below this index */
static u32 last_id;

static void look_for_closed(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look_for_closed);

static bool may_be_marked(const struct sock *sk)
{
	switch (sk->sk_family) {
	case AF_UNIX:
		return sk->sk_type == SOCK_STREAM;
	case AF_INET:
	case AF_INET6:
		return (sk->sk_type == SOCK_STREAM &&
			sk->sk_protocol == IPPROTO_TCP) ||
		       (sk->sk_type == SOCK_DGRAM &&
			sk->sk_protocol == IPPROTO_UDP);
	}
	return false;
}

/* No file any more, and nothing left to send. */
static bool is_closed(const struct sock *sk)
{
	return sock_flag(sk, SOCK_DEAD) &&
	       (sk->sk_protocol != IPPROTO_TCP ||
		READ_ONCE(sk->sk_state) == TCP_CLOSE);
}

/* Puts the socket into the table; its new number goes to @id. */
static int enter(struct sock *sk, u32 *id)
{
	unsigned int i;
	int err = -ENOSPC;

	spin_lock(&marks_lock);
	for (i = 0; i < marks_used; i++)
		if (!marks[i].sk)
			break;
	if (i < MAX_MARKS) {
		if (i == marks_used)
			marks_used++;
		if (!++last_id)
			++last_id;
		*id = last_id;
		sock_hold(sk);
		marks[i] = (struct mark){ .sk = sk, .id = last_id };
		err = 0;
	}
	spin_unlock(&marks_lock);
	return err;
}

/* Takes the first mark that @fits out of the table, with its reference. */
static struct mark leave(bool (*fits)(const struct mark *mark, const void *what),
			 const void *what)
{
	struct mark found = {};
	unsigned int i;

	spin_lock(&marks_lock);
	for (i = 0; i < marks_used; i++) {
		if (!marks[i].sk || !fits(&marks[i], what))
			continue;
		found = marks[i];
		marks[i].sk = NULL;
		break;
	}
	while (marks_used && !marks[marks_used - 1].sk)
		marks_used--;
	spin_unlock(&marks_lock);
	return found;
}

static bool has_sock(const struct mark *mark, const void *sk)
{
	return mark->sk == sk;
}

static bool has_id(const struct mark *mark, const void *id)
{
	return mark->id == *(const u32 *)id;
}

static bool has_closed(const struct mark *mark, const void *unused)
{
	return is_closed(mark->sk);
}

static bool any(const struct mark *mark, const void *unused)
{
	return true;
}

/*
 * The end of a mark that is out of the table already. The socket may hold more
 * receive memory than its limits allow, because a marked one is exempt: give
 * back what it does not use now. A UDP socket does so as it is read.
 */
static void clear_mark(struct mark mark)
{
	struct sock *sk = mark.sk;

	lock_sock(sk);
	sock_reset_flag(sk, SOCK_MEMALLOC);
	sk->sk_allocation &= ~__GFP_MEMALLOC;
	if (sk->sk_protocol != IPPROTO_UDP)
		sk_mem_reclaim(sk);
	release_sock(sk);
	static_branch_dec(&memalloc_socks_key);
	sock_put(sk);
	netswap_notify(NETSWAP_EVENT_KIND_SOCKET_UNMARKED, NULL, mark.id);
}

/*
 * static_branch_inc() waits for who brings a CPU up, who may wait for memory,
 * and so for this very socket. Not where some socket is marked already.
 */
static void count_in(void)
{
	atomic_t *count = &memalloc_socks_key.key.enabled;
	int before = atomic_read(count);

	while (before > 0)
		if (atomic_try_cmpxchg(count, &before, before + 1))
			return;
	static_branch_inc(&memalloc_socks_key);
}

static int mark_make(struct sock *sk, u32 *id)
{
	int err = 0;

	if (!may_be_marked(sk))
		return -EPROTONOSUPPORT;

	count_in();
	lock_sock(sk);
	if (sk->sk_state == TCP_LISTEN)
		err = -EINVAL; /* its children would inherit a mark nobody counts */
	else if (sock_flag(sk, SOCK_MEMALLOC))
		err = -EBUSY;
	else
		err = enter(sk, id);
	if (!err) {
		sock_set_flag(sk, SOCK_MEMALLOC);
		sk->sk_allocation |= __GFP_MEMALLOC;
	}
	release_sock(sk);
	if (err) {
		static_branch_dec(&memalloc_socks_key);
		return err;
	}
	schedule_delayed_work(&look_work, HZ);
	netswap_notify(NETSWAP_EVENT_KIND_SOCKET_MARKED, NULL, *id);
	return 0;
}

static int mark_unmake(struct sock *sk, u32 id)
{
	struct mark mark = sk ? leave(has_sock, sk) : leave(has_id, &id);

	if (!mark.sk)
		return -ENOENT;
	clear_mark(mark);
	return 0;
}

static struct sock *mark_next(u32 id, struct netswap_mark *out)
{
	const struct mark *best = NULL;
	struct sock *sk = NULL;
	unsigned int i;

	spin_lock(&marks_lock);
	for (i = 0; i < marks_used; i++)
		if (marks[i].sk && marks[i].id >= id &&
		    (!best || marks[i].id < best->id))
			best = &marks[i];
	if (best) {
		sk = best->sk;
		sock_hold(sk);
		out->id = best->id;
		out->by = NETSWAP_MARKED_BY_USER;
	}
	spin_unlock(&marks_lock);
	return sk;
}

const struct netswap_marker stock_marker = {
	.mark = mark_make,
	.unmark = mark_unmake,
	.next = mark_next,
};

static void clear_all(bool (*fits)(const struct mark *mark, const void *what))
{
	struct mark mark;

	while ((mark = leave(fits, NULL)).sk)
		clear_mark(mark);
}

static void look_for_closed(struct work_struct *work)
{
	clear_all(has_closed);
	if (READ_ONCE(marks_used))
		schedule_delayed_work(&look_work, HZ);
}

/* Any context. */
unsigned int stock_marks_count(void)
{
	unsigned int i, count = 0;

	for (i = 0; i < MAX_MARKS; i++)
		count += !!READ_ONCE(marks[i].sk);
	return count;
}

/* Nobody can make a mark any more. */
void stock_marks_uninit(void)
{
	cancel_delayed_work_sync(&look_work);
	clear_all(any);
}

static int key_count(char *text, const struct kernel_param *param)
{
	return sysfs_emit(text, "%d\n", static_key_count(&memalloc_socks_key.key));
}

static const struct kernel_param_ops key_ops = { .get = key_count };

module_param_cb(memalloc_socks, &key_ops, NULL, 0444);
MODULE_PARM_DESC(memalloc_socks, "read only: the kernel's count of marked sockets, its own and ours");
