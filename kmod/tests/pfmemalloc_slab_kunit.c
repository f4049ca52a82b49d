// SPDX-License-Identifier: GPL-2.0
/* Objects of a slab made of reserve pages go to entitled callers only. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "answerer.h"
#include "gfp_memalloc.h"
#include "netswap.h"
#include "reserve.h"
#include "starve.h"

#define OBJECT_SIZE 256

/* Not merged with another cache. Older kernels lack SLAB_NO_MERGE. */
#define ALONE SLAB_NOLEAKTRACE

static struct kmem_cache *new_cache(struct kunit *test)
{
	struct kmem_cache *cache;

	cache = kmem_cache_create("netswap_kunit", OBJECT_SIZE, 0,
				  ALONE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	return cache;
}

/* What one turn of the case below saw. */
struct served {
	bool first, second;		/* there was an object */
	bool first_marked, ordinary_marked;
	bool same_slab;
	bool disturbed;			/* others freed memory meanwhile */
};

static struct served serve_three(struct kmem_cache *cache)
{
	const gfp_t entitled = GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN;
	void *first, *ordinary, *second;
	struct served served = {};
	struct starve starve;

	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	first = kmem_cache_alloc(cache, entitled);
	ordinary = kmem_cache_alloc(cache, GFP_NOWAIT | __GFP_NOWARN);
	second = kmem_cache_alloc(cache, entitled);
	served.first = first;
	served.second = second;
	if (first)
		served.first_marked = folio_test_active(virt_to_folio(first));
	if (first && second)
		served.same_slab = virt_to_folio(first) == virt_to_folio(second);
	if (ordinary)
		served.ordinary_marked = folio_test_active(virt_to_folio(ordinary));
	served.disturbed = (first && !served.first_marked) ||
			   (ordinary && !served.ordinary_marked);
	starve_end(&starve);

	if (first)
		kmem_cache_free(cache, first);
	if (second)
		kmem_cache_free(cache, second);
	if (ordinary)
		kmem_cache_free(cache, ordinary);
	return served;
}

/*
 * The first object makes the slab, from the reserve. What follows must not
 * come from it, not even through the fast path, which looks at no mark: that
 * is what the strict mode is for. Somebody else may free a page between the
 * steps, and the next object come from that: such a turn tells nothing.
 */
static void marked_slab_serves_only_the_entitled(struct kunit *test)
{
	struct kmem_cache *cache;
	struct served served;
	unsigned int turn = 0;

	if (!answered_by(MEMRESERVE_SLAB, "module:pfmemalloc_slab"))
		kunit_skip(test, "pfmemalloc_slab is not loaded");
	if (answered_by(MEMRESERVE_GFP, "bare"))
		kunit_skip(test, "nobody grants the reserve: gfp_memalloc is not loaded");
	do {
		cache = new_cache(test);
		served = serve_three(cache);
		kmem_cache_destroy(cache);
	} while (served.disturbed && ++turn < 16);

	KUNIT_EXPECT_TRUE(test, served.first);
	KUNIT_EXPECT_TRUE(test, served.second);
	KUNIT_EXPECT_TRUE(test, served.first_marked);
	KUNIT_EXPECT_TRUE(test, served.same_slab);
	/* None when nothing was freed meanwhile; never of a marked slab. */
	KUNIT_EXPECT_FALSE(test, served.ordinary_marked);
}

/*
 * Many heads, so that some sit in slabs of reserve pages. All of these pages
 * come back with the last object: no slab is kept for the next one.
 */
static void heads_are_charged_by_their_slabs(struct kunit *test)
{
	unsigned int before, with, after, i;
	struct kmem_cache *cache;
	void *heads[64] = {};
	struct starve starve;

	if (!answered_by(MEMRESERVE_SLAB, "module:pfmemalloc_slab"))
		kunit_skip(test, "pfmemalloc_slab is not loaded");
	/* Without this module nobody keeps accounts. */
	KUNIT_ASSERT_EQ(test, gfp_memalloc_class(GFP_ATOMIC), GFP_MEMALLOC_RECEIVE);
	cache = kmem_cache_create("netswap_kunit_heads", 2048, 0, ALONE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, 2000), 0);
	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	before = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	for (i = 0; i < ARRAY_SIZE(heads); i++)
		heads[i] = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_MEMALLOC |
						   __GFP_NOWARN);
	with = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	for (i = 0; i < ARRAY_SIZE(heads); i++)
		if (heads[i])
			kmem_cache_free(cache, heads[i]);
	after = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	starve_end(&starve);
	netswap_tree_activate("total", false, 0);
	kmem_cache_destroy(cache);

	KUNIT_EXPECT_GE(test, with, before + 16);
	KUNIT_EXPECT_EQ(test, after, before);
}


static void ordinary_cache_is_untouched(struct kunit *test)
{
	struct kmem_cache *cache = new_cache(test);
	void *object = kmem_cache_alloc(cache, GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, object);
	if (object) {
		KUNIT_EXPECT_FALSE(test, folio_test_active(virt_to_folio(object)));
		kmem_cache_free(cache, object);
	}
	kmem_cache_destroy(cache);
}

static struct kunit_case pfmemalloc_slab_cases[] = {
	KUNIT_CASE(marked_slab_serves_only_the_entitled),
	KUNIT_CASE(heads_are_charged_by_their_slabs),
	KUNIT_CASE(ordinary_cache_is_untouched),
	{}
};

static struct kunit_suite pfmemalloc_slab_suite = {
	.name = "pfmemalloc_slab",
	.test_cases = pfmemalloc_slab_cases,
};
kunit_test_suite(pfmemalloc_slab_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite of pfmemalloc_slab");
MODULE_LICENSE("GPL");
