/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Brings a test VM to its min watermark and back, so that a suite can watch
 * what happens below it.
 */
#ifndef _NETSWAP_TESTS_STARVE_H
#define _NETSWAP_TESTS_STARVE_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/vmstat.h>

struct starve {
	struct list_head pages;
	unsigned long taken;
};

/* Summed over the zones of the two nodes that a test VM may have. */
static inline unsigned long
starve_sum(unsigned long (*of_zone)(struct zone *zone))
{
	unsigned long sum = 0;
	int nid, i;

	for (nid = 0; nid < 2; nid++) {
		if (!node_state(nid, N_MEMORY))
			continue;
		for (i = 0; i < MAX_NR_ZONES; i++)
			if (managed_zone(&NODE_DATA(nid)->node_zones[i]))
				sum += of_zone(&NODE_DATA(nid)->node_zones[i]);
	}
	return sum;
}

static inline unsigned long starve_zone_free(struct zone *zone)
{
	return zone_page_state_snapshot(zone, NR_FREE_PAGES);
}

/* Without the boost against fragmentation. */
static inline unsigned long starve_zone_min(struct zone *zone)
{
	return zone->_watermark[WMARK_MIN];
}

static inline unsigned long starve_free(void)
{
	return starve_sum(starve_zone_free);
}

static inline unsigned long starve_min(void)
{
	return starve_sum(starve_zone_min);
}

/* Keeps a page of @order until the end, as single ones. */
static inline void starve_keep(struct starve *starve, struct page *page,
			       unsigned int order)
{
	unsigned int i;

	split_page(page, order);
	for (i = 0; i < 1U << order; i++)
		list_add(&page[i].lru, &starve->pages);
	starve->taken += 1U << order;
}

/* Takes pages with @gfp until there are no more. Return: how many. */
static inline unsigned long starve_take(struct starve *starve, gfp_t gfp)
{
	unsigned long before = starve->taken;
	struct page *page;

	while ((page = alloc_page(gfp | __GFP_NOWARN)))
		starve_keep(starve, page, 0);
	return starve->taken - before;
}

/*
 * A page that only @gfp's access to the reserve could get: what others freed
 * meanwhile is taken out of the way first. Return: a marked page of @order, the
 * caller's, or NULL when there was none before all memory was gone.
 */
static inline struct page *
starve_take_marked(struct starve *starve, gfp_t gfp, unsigned int order)
{
	struct page *page;

	while ((page = alloc_pages(gfp | __GFP_NOWARN, order))) {
		if (page_is_pfmemalloc(page))
			return page;
		starve_keep(starve, page, order);
	}
	return NULL;
}

/*
 * Down to which level @gfp gets pages: the lowest of a few turns, for others
 * free pages between the last one taken and the look.
 */
static inline unsigned long starve_level(struct starve *starve, gfp_t gfp)
{
	unsigned long lowest = ULONG_MAX;
	unsigned int turn;

	for (turn = 0; turn < 4; turn++) {
		starve_take(starve, gfp);
		lowest = min(lowest, starve_free());
	}
	return lowest;
}

/*
 * To the min watermark: what a caller that neither waits nor is entitled gets.
 * The second turn takes what kswapd brought meanwhile.
 */
static inline void starve_begin(struct starve *starve)
{
	INIT_LIST_HEAD(&starve->pages);
	starve->taken = 0;
	starve_take(starve, GFP_NOWAIT);
	starve_take(starve, GFP_NOWAIT);
}

static inline void starve_end(struct starve *starve)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &starve->pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	starve->taken = 0;
}

#endif /* _NETSWAP_TESTS_STARVE_H */
