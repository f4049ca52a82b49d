/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NETSWAP_TESTS_ACCOUNTS_H
#define _NETSWAP_TESTS_ACCOUNTS_H

#include <kunit/test.h>

#include "gfp_memalloc.h"

/*
 * For a suite whose cases need the accounts: only gfp_memalloc keeps them, and a
 * symbol of it has it loaded.
 */
static inline int with_accounts(struct kunit_suite *suite)
{
	return gfp_memalloc_floor(GFP_MEMALLOC_RECEIVE, 1);
}

#endif /* _NETSWAP_TESTS_ACCOUNTS_H */
