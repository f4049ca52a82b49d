// SPDX-License-Identifier: GPL-2.0
/* Marks for user space. The core calls these one at a time. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "netswap.h"
#include "sock_marks.h"

static int user_mark(struct sock *sk, u32 *id)
{
	bool marked;

	lock_sock(sk);
	marked = sock_mark_make(sk, NETSWAP_MARKED_BY_USER, id);
	release_sock(sk);
	if (!marked)
		return sock_flag(sk, SOCK_MEMALLOC) ? -EBUSY : -ENOSPC;
	static_branch_inc(&memalloc_socks_key);
	netswap_event(NETSWAP_EVENT_KIND_SOCKET_MARKED, NULL, *id);
	return 0;
}

static int user_unmark(struct sock *sk, u32 id)
{
	sk = sock_mark_hold_users(sk, id);
	if (IS_ERR(sk))
		return PTR_ERR(sk);

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
	struct sock *sk = sock_mark_hold_next(id, out);

	if (!sk)
		return false;
	describe(sk, out);
	sock_put(sk);
	return true;
}

const struct netswap_marker sock_marker = {
	.mark = user_mark,
	.unmark = user_unmark,
	.next = user_next,
};
