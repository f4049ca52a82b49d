/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NETSWAP_ALLOC_LIST_H
#define _NETSWAP_ALLOC_LIST_H

#include <kunit/visibility.h>
#include <linux/gfp.h>
#include <linux/jump_label.h>

/* On with netswap's parameter check=1. */
DECLARE_STATIC_KEY_FALSE(alloc_list_on);

/**
 * alloc_list_covers - is the allocation that is going on in the list?
 * @gfp: what it asks with
 *
 * The list is the one of docs/forward-progress.md: which function takes reserve
 * memory, and on whose behalf. One that is not listed is reported once for each
 * place it is called from, with a stack.
 *
 * Any context but NMI; allocates nothing. Slow: for tests.
 */
bool alloc_list_covers(gfp_t gfp);

#if IS_ENABLED(CONFIG_KUNIT)
bool alloc_list_names_covered(const char * const *names, unsigned int nr);
#endif

#endif /* _NETSWAP_ALLOC_LIST_H */
