/* SPDX-License-Identifier: GPL-2.0 */
/* Where an allocation bound to one node goes when that node has nothing left. */
#ifndef _NETSWAP_TESTS_TWO_NODES_H
#define _NETSWAP_TESTS_TWO_NODES_H

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/sched/mm.h>

#include "starve.h"

static inline bool two_nodes(void)
{
	return node_state(0, N_MEMORY) && node_state(1, N_MEMORY);
}

/*
 * Takes all that a reclaimer gets with the memory policy "node 1 only", and
 * gives it back. Return: the node of the first page from elsewhere,
 * NUMA_NO_NODE if there was none.
 */
static inline int two_nodes_spill(void)
{
	nodemask_t only = nodemask_of_node(1);
	struct starve starve = { .pages = LIST_HEAD_INIT(starve.pages) };
	unsigned int flags;
	struct page *page;
	int nid = 1;

	flags = memalloc_noreclaim_save();
	while (nid == 1) {
		page = __alloc_pages(GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN, 0,
				     1, &only);
		if (!page) {
			nid = NUMA_NO_NODE;
			break;
		}
		nid = page_to_nid(page);
		starve_keep(&starve, page, 0);
	}
	memalloc_noreclaim_restore(flags);

	starve_end(&starve);
	return nid;
}

#endif /* _NETSWAP_TESTS_TWO_NODES_H */
