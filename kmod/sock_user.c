// SPDX-License-Identifier: GPL-2.0
/*
 * Marks for user space. The core may call these in parallel: each waits for a
 * socket's lock, which somebody may have who waits for swap.
 */
#include <linux/err.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "netswap.h"
#include "sock_marks.h"

/*
 * The hooks know of these; of AF_UNIX only of streams. What a connection-oriented
 * socket of another protocol accepts would inherit the mark, and be in no list.
 */
static bool may_be_marked(const struct sock *sk)
{
	switch (sk->sk_family) {
	case AF_UNIX:
		return sk->sk_type == SOCK_STREAM;
	case AF_INET:
	case AF_INET6:
		return sk->sk_type == SOCK_DGRAM || sk->sk_type == SOCK_RAW ||
		       (sk->sk_type == SOCK_STREAM &&
			sk->sk_protocol == IPPROTO_TCP);
	}
	return false;
}

static int user_mark(struct sock *sk, u32 *id)
{
	int err = 0;

	if (!may_be_marked(sk))
		return -EPROTONOSUPPORT;

	netswap_host()->sk_count_in();
	lock_sock(sk);
	/* It sends nothing, and what it accepts does not inherit the mark. */
	if (sk->sk_state == TCP_LISTEN)
		err = -EINVAL;
	else if (!sock_mark_make(sk, NETSWAP_MARKED_BY_USER, id))
		err = sock_flag(sk, SOCK_MEMALLOC) ? -EBUSY : -ENOSPC;
	release_sock(sk);
	if (err) {
		static_branch_dec(&memalloc_socks_key);
		return err;
	}
	netswap_event(NETSWAP_EVENT_KIND_SOCKET_MARKED, NULL, *id);
	return 0;
}

static int user_unmark(struct sock *sk, u32 id)
{
	int err;

	sk = sock_mark_hold_users(sk, id);
	if (IS_ERR(sk))
		return PTR_ERR(sk);

	lock_sock(sk);
	/* nbd may have been given it meanwhile. */
	err = sock_mark_clear_users(sk);
	if (!err && sk->sk_type == SOCK_STREAM)
		sk_mem_reclaim(sk);
	release_sock(sk);
	sock_put(sk);
	if (!err)
		netswap_host()->sk_uncount(1);
	return err;
}

/*
 * All of user space's marks, once there can be no new ones. The group must still
 * be ours: nbd may be given one of the sockets meanwhile, and who counts its mark
 * must know that there is one. The marks are pinned. Process context, sleeps.
 */
void sock_user_take_back(void)
{
	struct netswap_mark mark;
	struct sock *sk;
	u32 id = 0;

	while ((sk = sock_mark_hold_next(id, &mark))) {
		if (mark.by == NETSWAP_MARKED_BY_USER)
			user_unmark(sk, mark.id);
		sock_put(sk);
		id = mark.id + 1;
		if (!id)
			break;
	}
}

const struct netswap_marker sock_marker = {
	.mark = user_mark,
	.unmark = user_unmark,
	.next = sock_mark_hold_next,
};
