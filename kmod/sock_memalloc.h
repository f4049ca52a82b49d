/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NETSWAP_SOCK_MEMALLOC_H
#define _NETSWAP_SOCK_MEMALLOC_H

#include <kunit/visibility.h>
#include <linux/types.h>

#define SOCK_MEMALLOC_MAX_MARKS 1024
/* Marked packets that may wait for another CPU, all CPUs together. */
#define SOCK_MEMALLOC_MAX_BACKLOG 128

#if IS_ENABLED(CONFIG_KUNIT)
bool sock_memalloc_protocol(__be16 protocol);
#endif

#endif /* _NETSWAP_SOCK_MEMALLOC_H */
