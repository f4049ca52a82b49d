// SPDX-License-Identifier: GPL-2.0
/* Objects of a slab made of reserve pages go to entitled callers only. */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "accounts.h"
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

static bool is_marked(const void *object)
{
	return object && folio_test_active(virt_to_folio(object));
}

/* Each object may be missing. */
static void note_served(struct served *served, const void *first,
			const void *ordinary, const void *second)
{
	served->first = first;
	served->second = second;
	served->first_marked = is_marked(first);
	served->same_slab = first && second &&
			    virt_to_folio(first) == virt_to_folio(second);
	served->ordinary_marked = is_marked(ordinary);
}

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
	note_served(&served, first, ordinary, second);
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

#define OBJECTS 8	/* fit in one slab beside another */

/* For a CPU: to free them, and then to ask for one as an ordinary caller. */
struct errand {
	struct kmem_cache *cache;
	void **objects;
	unsigned int nr;
	void *ordinary;
};

static void free_objects(void *info)
{
	struct errand *errand = info;
	unsigned int i;

	for (i = 0; i < errand->nr; i++)
		if (errand->objects[i])
			kmem_cache_free(errand->cache, errand->objects[i]);
}

static void free_and_ask(void *info)
{
	struct errand *errand = info;

	free_objects(errand);
	errand->ordinary = kmem_cache_alloc(errand->cache, GFP_NOWAIT | __GFP_NOWARN);
}

/* Another CPU than this one, or this one when there is no other. */
static int other_cpu(void)
{
	unsigned int cpu = cpumask_any_but(cpu_online_mask, raw_smp_processor_id());

	return cpu < nr_cpu_ids ? cpu : raw_smp_processor_id();
}

static struct served serve_after_free(struct kmem_cache *cache, bool elsewhere)
{
	const gfp_t entitled = GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN;
	void *kept, *ordinary, *second, *freed[OBJECTS];
	struct errand errand = { cache, freed, OBJECTS };
	struct served served = {};
	struct starve starve;
	unsigned int i;

	starve_begin(&starve);
	migrate_disable();
	starve_take(&starve, GFP_ATOMIC);
	kept = kmem_cache_alloc(cache, entitled);
	for (i = 0; i < OBJECTS; i++) {
		freed[i] = kmem_cache_alloc(cache, entitled);
		served.disturbed |= freed[i] && !is_marked(freed[i]);
	}
	smp_call_function_single(elsewhere ? other_cpu() : raw_smp_processor_id(),
				 free_and_ask, &errand, true);
	ordinary = kmem_cache_alloc(cache, GFP_NOWAIT | __GFP_NOWARN);
	second = kmem_cache_alloc(cache, entitled);
	note_served(&served, kept, ordinary, second);
	served.ordinary_marked |= is_marked(errand.ordinary);
	served.disturbed |= (kept && !served.first_marked) ||
			    ((ordinary || errand.ordinary) && !served.ordinary_marked);
	migrate_enable();
	starve_end(&starve);

	freed[0] = kept;
	freed[1] = second;
	freed[2] = ordinary;
	freed[3] = errand.ordinary;
	errand.nr = 4;
	free_objects(&errand);
	return served;
}

/*
 * An object goes back to its slab, wherever it is freed: not to what a CPU has at
 * hand for whoever asks next, and not to where nobody finds it.
 */
static void freed_object_serves_only_the_entitled(struct kunit *test)
{
	struct kmem_cache *cache;
	struct served served;
	unsigned int turn, elsewhere;

	if (!answered_by(MEMRESERVE_SLAB, "module:pfmemalloc_slab"))
		kunit_skip(test, "pfmemalloc_slab is not loaded");
	if (answered_by(MEMRESERVE_GFP, "bare"))
		kunit_skip(test, "nobody grants the reserve: gfp_memalloc is not loaded");
	for (elsewhere = 0; elsewhere < 2; elsewhere++) {
		turn = 0;
		do {
			cache = new_cache(test);
			served = serve_after_free(cache, elsewhere);
			kmem_cache_destroy(cache);
		} while (served.disturbed && ++turn < 16);

		KUNIT_EXPECT_TRUE_MSG(test, served.first_marked, "elsewhere %u", elsewhere);
		KUNIT_EXPECT_TRUE_MSG(test, served.same_slab, "elsewhere %u", elsewhere);
		KUNIT_EXPECT_FALSE_MSG(test, served.ordinary_marked, "elsewhere %u", elsewhere);
	}
}

#define HEADS 64

/* Pages that packets have from the reserve: before, with all heads, and after. */
struct usage {
	unsigned int before, with, after;
};

static struct usage
use_heads(struct kunit *test, int (*freed_on)(void),
	  void (*meanwhile)(struct kmem_cache *cache, void **heads))
{
	struct kmem_cache *cache;
	void *heads[HEADS] = {};
	struct errand errand = {};
	struct starve starve;
	struct usage usage;
	unsigned int i;

	cache = kmem_cache_create("netswap_kunit_heads", 2048, 0, ALONE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, 2000), 0);
	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	usage.before = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	for (i = 0; i < ARRAY_SIZE(heads); i++)
		heads[i] = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_MEMALLOC |
						   __GFP_NOWARN);
	usage.with = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	if (meanwhile)
		meanwhile(cache, heads);
	errand = (struct errand){ cache, heads, ARRAY_SIZE(heads) };
	smp_call_function_single(freed_on(), free_objects, &errand, true);
	/* KASAN keeps what was freed for a while. */
	if (IS_ENABLED(CONFIG_KASAN))
		kmem_cache_shrink(cache);
	usage.after = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	starve_end(&starve);
	netswap_tree_activate("total", false, 0);
	kmem_cache_destroy(cache);
	return usage;
}

/*
 * Many heads, so that some sit in slabs of reserve pages. All of these pages
 * come back with the last object: no slab is kept for the next one, and no object
 * by the CPU that freed it. When others freed many pages meanwhile the turn tells
 * nothing.
 */
static void heads_come_back(struct kunit *test, int (*freed_on)(void),
			    void (*meanwhile)(struct kmem_cache *cache, void **heads))
{
	unsigned int turn = 0;
	struct usage usage;

	if (!answered_by(MEMRESERVE_SLAB, "module:pfmemalloc_slab"))
		kunit_skip(test, "pfmemalloc_slab is not loaded");
	do {
		usage = use_heads(test, freed_on, meanwhile);
		KUNIT_EXPECT_EQ(test, usage.after, usage.before);
	} while (usage.with < usage.before + 16 && ++turn < 16);

	KUNIT_EXPECT_GE(test, usage.with, usage.before + 16);
}

static int this_cpu(void)
{
	return raw_smp_processor_id();
}

static void heads_are_charged_by_their_slabs(struct kunit *test)
{
	heads_come_back(test, this_cpu, NULL);
}

/* All slabs have room again, and one of them serves the next caller. */
static void make_room_and_take_one(struct kmem_cache *cache, void **heads)
{
	unsigned int i;

	for (i = 0; i < HEADS; i++) {
		if (!heads[i] || i % 4 == 0)
			continue;
		kmem_cache_free(cache, heads[i]);
		heads[i] = NULL;
	}
	heads[1] = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN);
}

/* The others stay where all CPUs find them, and go as soon as they are empty. */
static void slabs_with_room_come_back(struct kunit *test)
{
	heads_come_back(test, this_cpu, make_room_and_take_one);
}

static void heads_freed_elsewhere_come_back(struct kunit *test)
{
	heads_come_back(test, other_cpu, NULL);
}

/*
 * Who can wait and sends on a marked socket leaves receive its share. Asking for
 * an object, not for a page, makes no difference. A turn in which it got one may
 * have met a page that was freed a moment ago.
 */
static void sender_leaves_share_of_receive(struct kunit *test)
{
	const gfp_t sender = GFP_NOIO | __GFP_MEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
	const gfp_t receive = GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN;
	struct kmem_cache *cache;
	unsigned int turn = 0;
	void *sent, *received;
	struct starve starve;

	if (!answered_by(MEMRESERVE_SLAB, "module:pfmemalloc_slab"))
		kunit_skip(test, "pfmemalloc_slab is not loaded");
	KUNIT_ASSERT_EQ(test, gfp_memalloc_class(sender), GFP_MEMALLOC_TRANSMIT);
	do {
		cache = new_cache(test);
		starve_begin(&starve);
		starve_take(&starve, sender);
		sent = kmem_cache_alloc(cache, sender);
		received = kmem_cache_alloc(cache, receive);
		starve_end(&starve);
		if (sent)
			kmem_cache_free(cache, sent);
		if (received)
			kmem_cache_free(cache, received);
		kmem_cache_destroy(cache);
	} while (sent && ++turn < 16);

	KUNIT_EXPECT_FALSE(test, sent);
	KUNIT_EXPECT_TRUE(test, received);
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
	KUNIT_CASE(freed_object_serves_only_the_entitled),
	KUNIT_CASE(heads_are_charged_by_their_slabs),
	KUNIT_CASE(heads_freed_elsewhere_come_back),
	KUNIT_CASE(slabs_with_room_come_back),
	KUNIT_CASE(sender_leaves_share_of_receive),
	KUNIT_CASE(ordinary_cache_is_untouched),
	{}
};

static struct kunit_suite pfmemalloc_slab_suite = {
	.name = "pfmemalloc_slab",
	.suite_init = with_accounts,
	.test_cases = pfmemalloc_slab_cases,
};
kunit_test_suite(pfmemalloc_slab_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite of pfmemalloc_slab");
MODULE_LICENSE("GPL");
