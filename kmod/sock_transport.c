// SPDX-License-Identifier: GPL-2.0
/* Whose a kernel socket is that is being marked. */
#include <linux/kallsyms.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "reserve.h"
#include "sock_marks.h"

/*
 * A kernel socket is marked by the code that sends through it, and says so by
 * nothing but its place on the stack.
 */
enum netswap_transport sock_transport(void)
{
	static const struct {
		const char *prefix;
		enum netswap_transport transport;
	} callers[] = {
		{ "nbd_", NETSWAP_TRANSPORT_NBD },
		{ "xs_", NETSWAP_TRANSPORT_NFS },
		{ "iscsi_", NETSWAP_TRANSPORT_ISCSI },
		{ "nvme_tcp_", NETSWAP_TRANSPORT_NVME },
	};
	unsigned long stack[12];
	unsigned int depth, i, j;
	char name[KSYM_SYMBOL_LEN];

	depth = stack_trace_save(stack, ARRAY_SIZE(stack), 1);
	for (i = 0; i < depth; i++) {
		sprint_symbol_no_offset(name, stack[i]);
		for (j = 0; j < ARRAY_SIZE(callers); j++)
			if (str_has_prefix(name, callers[j].prefix))
				return callers[j].transport;
	}
	return NETSWAP_TRANSPORT_OTHER;
}

/*
 * WireGuard marks its sockets, in any network namespace, and whoever made that
 * one can have as many as he likes. The reserve is not his.
 */
bool sock_foreign(const struct sock *sk, enum netswap_transport transport)
{
	return transport == NETSWAP_TRANSPORT_OTHER &&
	       !net_eq(sock_net(sk), &init_net);
}
