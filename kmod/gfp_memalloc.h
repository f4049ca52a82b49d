/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NETSWAP_GFP_MEMALLOC_H
#define _NETSWAP_GFP_MEMALLOC_H

#include <kunit/visibility.h>
#include <linux/gfp_types.h>
#include <linux/types.h>

#include "reserve.h"

/*
 * Who fills a receive ring asks with both of these, which contradict each
 * other, so nobody else does. The first one alone only says that there is a
 * smaller order to fall back to, as for the first attempt at a slab's pages.
 */
#define GFP_MEMALLOC_LATER (__GFP_NORETRY | __GFP_RETRY_MAYFAIL)

/* What an entitled caller wants reserve memory for. */
enum gfp_memalloc_class {
	GFP_MEMALLOC_RECEIVE,
	GFP_MEMALLOC_REFILL,
	GFP_MEMALLOC_TRANSMIT,
	GFP_MEMALLOC_RECLAIM,
	GFP_MEMALLOC_NR_CLASSES,
};

/* gfp_class.c APIs: any context; the answer is the current caller's */
enum gfp_memalloc_class gfp_memalloc_class(gfp_t gfp);
bool gfp_memalloc_is_refill(gfp_t gfp);
enum netswap_charge netswap_charge_of(enum gfp_memalloc_class class);

#if IS_ENABLED(CONFIG_KUNIT)
unsigned long gfp_memalloc_floor(enum gfp_memalloc_class class,
				 unsigned long min);
#endif

#endif /* _NETSWAP_GFP_MEMALLOC_H */
