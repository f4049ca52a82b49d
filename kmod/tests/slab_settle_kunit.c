// SPDX-License-Identifier: GPL-2.0
/* What SLAB's array caches hold when the strict mode comes. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "answerer.h"
#include "netswap.h"
#include "starve.h"

#define OBJECT_SIZE 256
#define SPARE 64	/* more than an array cache holds after one allocation */

static const gfp_t entitled_gfp = GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN;

static bool by_flag(struct page *page, gfp_t gfp)
{
	return gfp & __GFP_MEMALLOC;
}

static const struct memreserve_slab_ops loose = { .match = by_flag };
static const struct memreserve_slab_ops strict = { .match = by_flag, .strict = true };

static bool marked(const void *object)
{
	return folio_test_active(virt_to_folio(object));
}

static void give_back(struct kmem_cache *cache, void *object)
{
	if (object)
		kmem_cache_free(cache, object);
}

/*
 * Until an atomic caller gets nothing. What is left of this CPU's node can lie in
 * blocks that are kept for higher orders; SLAB's first attempt, for one page of
 * this node, would find nothing there. A reclaimer that fails gives such blocks
 * up. Return: whether there is a page for the entitled.
 */
static bool leave_reserve_here(struct starve *starve)
{
	struct page *page;
	unsigned int turn;

	starve_begin(starve);
	for (turn = 0; turn < 16; turn++) {
		starve_take(starve, GFP_ATOMIC);
		page = alloc_page(entitled_gfp | __GFP_THISNODE);
		if (page) {
			__free_page(page);
			return true;
		}
		page = alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_THISNODE);
		if (page)
			starve_keep(starve, page, 0);
	}
	return false;
}

/* One object of a new slab, made when there is only the reserve left. */
static void *first_of_slab(struct kmem_cache *cache)
{
	struct starve starve;
	void *object = NULL;

	if (leave_reserve_here(&starve))
		object = kmem_cache_alloc(cache, entitled_gfp);
	starve_end(&starve);
	return object;
}

/*
 * While nobody is strict, the first object of a marked slab brings others of it
 * to this CPU's array cache, where whoever comes gets them: this is seen first.
 * Then, with plenty of memory, the strict mode comes: they are gone from there,
 * and can be had by the entitled when nothing else is left.
 */
static void strict_mode_sends_objects_home(struct kunit *test)
{
	const struct memreserve_host *host = netswap_host();
	void *first, *before, *after, *entitled[SPARE] = {};
	struct kmem_cache *cache;
	unsigned int turn = 0, last = 0;
	struct starve starve;

	if (!IS_ENABLED(CONFIG_SLAB))
		kunit_skip(test, "SLUB has no array caches; it uses up a CPU's slab");
	if (answered_by(MEMRESERVE_GFP, "bare"))
		kunit_skip(test, "nobody grants the reserve");
	cache = kmem_cache_create("netswap_kunit_settle", OBJECT_SIZE, 0,
				  SLAB_NOLEAKTRACE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	KUNIT_ASSERT_EQ(test, host->attach(MEMRESERVE_SLAB, &loose, "kunit", NULL), 0);

	migrate_disable();
	first = first_of_slab(cache);
	while (first && !marked(first) && ++turn < 16) {
		give_back(cache, first);
		kmem_cache_shrink(cache);
		first = first_of_slab(cache);
	}
	before = kmem_cache_alloc(cache, GFP_NOWAIT);
	host->detach(MEMRESERVE_SLAB, &loose);
	KUNIT_EXPECT_EQ(test, host->attach(MEMRESERVE_SLAB, &strict, "kunit", NULL), 0);
	after = kmem_cache_alloc(cache, GFP_NOWAIT);
	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	do {
		entitled[last] = kmem_cache_alloc(cache, entitled_gfp);
	} while (entitled[last] && !marked(entitled[last]) && ++last < SPARE - 1);
	starve_end(&starve);
	migrate_enable();

	KUNIT_EXPECT_TRUE(test, first && marked(first));
	KUNIT_EXPECT_TRUE(test, before && marked(before));
	KUNIT_EXPECT_TRUE(test, after && !marked(after));
	KUNIT_EXPECT_TRUE(test, first && entitled[last] &&
			  virt_to_folio(first) == virt_to_folio(entitled[last]));

	host->detach(MEMRESERVE_SLAB, &strict);
	give_back(cache, first);
	give_back(cache, before);
	give_back(cache, after);
	for (turn = 0; turn < SPARE; turn++)
		give_back(cache, entitled[turn]);
	kmem_cache_destroy(cache);
}

static struct kunit_case slab_settle_cases[] = {
	KUNIT_CASE(strict_mode_sends_objects_home),
	{}
};

static struct kunit_suite slab_settle_suite = {
	.name = "slab_settle",
	.test_cases = slab_settle_cases,
};
kunit_test_suite(slab_settle_suite);

MODULE_DESCRIPTION("KUnit suite of SLAB's change to the strict mode");
MODULE_LICENSE("GPL");
