// SPDX-License-Identifier: GPL-2.0
/* Compiles with no kernel: the header is there, the function is nowhere. */
#include <net/sock.h>

bool canary(const struct sock *sk);

bool canary(const struct sock *sk)
{
	return sk_memalloc_no_kernel_has_this(sk);
}
