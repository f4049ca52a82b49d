/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NETSWAP_STOCK_HOOKS_H
#define _NETSWAP_STOCK_HOOKS_H

#include <linux/module.h>

/* What all hooked kernels export, and no other. */
#define HOOKS "memreserve_host"

/* Process context. */
static inline bool kernel_has_hooks(void)
{
	if (!__symbol_get(HOOKS))
		return false;
	__symbol_put(HOOKS);
	return true;
}

#endif /* _NETSWAP_STOCK_HOOKS_H */
