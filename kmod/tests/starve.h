/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Brings a test VM to its min watermark and back, so that a suite can watch
 * what happens below it.
 */
#ifndef _NETSWAP_TESTS_STARVE_H
#define _NETSWAP_TESTS_STARVE_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/vmstat.h>

#define STARVE_ZONES	(2 * MAX_NR_ZONES)

struct starve {
	struct list_head pages;
	unsigned long taken;
};

/* The zones of the two nodes that a test VM may have. */
static inline struct zone *starve_zone(unsigned int n)
{
	unsigned int nid = n / MAX_NR_ZONES;

	return node_state(nid, N_MEMORY) ?
	       &NODE_DATA(nid)->node_zones[n % MAX_NR_ZONES] : NULL;
}

static inline unsigned long starve_free(void)
{
	unsigned long free = 0;
	struct zone *zone;
	unsigned int n;

	for (n = 0; n < STARVE_ZONES; n++) {
		zone = starve_zone(n);
		if (zone && managed_zone(zone))
			free += zone_page_state_snapshot(zone, NR_FREE_PAGES);
	}
	return free;
}

/* Without the boost against fragmentation. */
static inline unsigned long starve_min(void)
{
	unsigned long min = 0;
	struct zone *zone;
	unsigned int n;

	for (n = 0; n < STARVE_ZONES; n++) {
		zone = starve_zone(n);
		if (zone && managed_zone(zone))
			min += zone->_watermark[WMARK_MIN];
	}
	return min;
}

/* Takes pages with @gfp until there are no more. Return: how many. */
static inline unsigned long starve_take(struct starve *starve, gfp_t gfp)
{
	unsigned long before = starve->taken;
	struct page *page;

	while ((page = alloc_page(gfp | __GFP_NOWARN))) {
		list_add(&page->lru, &starve->pages);
		starve->taken++;
	}
	return starve->taken - before;
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
