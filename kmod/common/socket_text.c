// SPDX-License-Identifier: GPL-2.0
/* A socket in words. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/un.h>
#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "common/common.h"

/* The path of a UNIX socket, "@name" for an abstract one, "" without a name. */
static void unix_name(struct sock *sk, char *out, size_t size)
{
	/* Once set, a name stays until the socket is freed. */
	const struct unix_address *addr = smp_load_acquire(&unix_sk(sk)->addr);
	int len;

	out[0] = '\0';
	if (!addr)
		return;
	len = addr->len - offsetof(struct sockaddr_un, sun_path);
	if (len <= 0)
		return;
	if (addr->name->sun_path[0])
		snprintf(out, size, "%.*s", len, addr->name->sun_path);
	else
		snprintf(out, size, "@%.*s", len - 1, addr->name->sun_path + 1);
}

static void unix_text(struct sock *sk, struct netswap_mark *out)
{
	struct sock *peer = unix_peer_get(sk);

	unix_name(sk, out->local, sizeof(out->local));
	if (!peer)
		return;
	unix_name(peer, out->remote, sizeof(out->remote));
	sock_put(peer);
}

/**
 * netswap_socket_text - describe a socket
 * @sk: held by the caller
 * @out: all of it is filled in, but for the id and the maker
 *
 * Process context.
 */
void netswap_socket_text(struct sock *sk, struct netswap_mark *out)
{
	const struct inet_sock *inet = inet_sk(sk);

	out->family = sk->sk_family;
	out->protocol = sk->sk_family == AF_UNIX ? 0 : sk->sk_protocol;
	out->inode = sock_i_ino(sk);
	out->local[0] = '\0';
	out->remote[0] = '\0';
	if (sk->sk_family == AF_UNIX)
		unix_text(sk, out);
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
