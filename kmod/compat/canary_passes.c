// SPDX-License-Identifier: GPL-2.0
/* Compiles with every kernel. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <net/sock.h>

gfp_t canary(const struct sock *sk, const struct page *page);

gfp_t canary(const struct sock *sk, const struct page *page)
{
	return page_is_pfmemalloc(page) ? sk->sk_allocation : GFP_ATOMIC;
}
