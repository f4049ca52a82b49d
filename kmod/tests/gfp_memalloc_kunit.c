// SPDX-License-Identifier: GPL-2.0
/* Who gets reserve pages, which of them are marked, and where each class stops. */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/module.h>
#include <linux/sched/mm.h>

#include "entitled.h"
#include "gfp_memalloc.h"
#include "netswap.h"
#include "starve.h"
#include "two_nodes.h"

struct entitled_case {
	const char *desc;
	gfp_t gfp;
	bool pf_memalloc;
	bool bh_off;
	enum memreserve_depth want;
};

static const struct entitled_case entitled_cases[] = {
	{ "kernel", GFP_KERNEL, false, false, MEMRESERVE_DEPTH_NONE },
	{ "atomic", GFP_ATOMIC, false, false, MEMRESERVE_DEPTH_NONE },
	{ "flag", GFP_ATOMIC | __GFP_MEMALLOC, false, false, MEMRESERVE_DEPTH_FULL },
	{ "task", GFP_KERNEL, true, false, MEMRESERVE_DEPTH_FULL },
	{ "task with bottom halves off, as a NAPI thread", GFP_ATOMIC, true, true,
	  MEMRESERVE_DEPTH_FULL },
	{ "veto beats flag", GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOMEMALLOC, false,
	  false, MEMRESERVE_DEPTH_NONE },
	{ "veto beats task", GFP_KERNEL | __GFP_NOMEMALLOC, true, false,
	  MEMRESERVE_DEPTH_NONE },
};

static void name_entitled_case(const struct entitled_case *of, char *name)
{
	strscpy(name, of->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(entitled, entitled_cases, name_entitled_case);

static void entitled_follows_flags_and_context(struct kunit *test)
{
	const struct entitled_case *c = test->param_value;
	enum memreserve_depth got;
	unsigned int flags = 0;

	if (c->pf_memalloc)
		flags = memalloc_noreclaim_save();
	if (c->bh_off)
		local_bh_disable();
	got = netswap_entitled(c->gfp);
	if (c->bh_off)
		local_bh_enable();
	if (c->pf_memalloc)
		memalloc_noreclaim_restore(flags);

	KUNIT_EXPECT_EQ(test, got, c->want);
}

static void floors_leave_receive_its_share(struct kunit *test)
{
	unsigned long min;

	for (min = 0; min < 4096; min += 7) {
		unsigned long receive = gfp_memalloc_floor(GFP_MEMALLOC_RECEIVE, min);
		unsigned long refill = gfp_memalloc_floor(GFP_MEMALLOC_REFILL, min);
		unsigned long reclaim = gfp_memalloc_floor(GFP_MEMALLOC_RECLAIM, min);

		KUNIT_ASSERT_EQ(test, receive, 0UL);
		KUNIT_ASSERT_LE(test, receive, refill);
		KUNIT_ASSERT_LE(test, refill, reclaim);
		KUNIT_ASSERT_LE(test, reclaim, min / 4);
	}
}

/* The next cases need a VM without swap and bring it to its min watermark. */

static void reserve_page_is_marked(struct kunit *test)
{
	struct page *vetoed, *entitled;
	struct starve starve;

	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	vetoed = starve_take_marked(&starve, GFP_ATOMIC | __GFP_NOMEMALLOC, 0);
	entitled = starve_take_marked(&starve, GFP_ATOMIC | __GFP_MEMALLOC, 0);
	if (entitled)
		__free_page(entitled);
	if (vetoed)
		__free_page(vetoed);
	starve_end(&starve);

	KUNIT_EXPECT_NULL(test, vetoed);
	KUNIT_EXPECT_NOT_NULL(test, entitled);
}

static void page_above_watermark_is_not_marked(struct kunit *test)
{
	struct page *page = alloc_page(GFP_ATOMIC | __GFP_MEMALLOC);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_FALSE(test, page_is_pfmemalloc(page));
	__free_page(page);
}

static void reclaim_class_stops_and_receive_goes_on(struct kunit *test)
{
	unsigned long min, after_reclaim, got_receive;
	struct starve starve;
	unsigned int flags;

	starve_begin(&starve);
	flags = memalloc_noreclaim_save();
	after_reclaim = starve_level(&starve, GFP_NOIO | __GFP_NORETRY);
	memalloc_noreclaim_restore(flags);
	min = starve_min();
	got_receive = starve_take(&starve, GFP_ATOMIC | __GFP_MEMALLOC);
	starve_end(&starve);

	/* Each zone's quarter is rounded down: one page of slack a zone. */
	KUNIT_EXPECT_GE(test, after_reclaim + 3, min / 4);
	KUNIT_EXPECT_LT(test, after_reclaim, min);
	KUNIT_EXPECT_GE(test, got_receive + 3, min / 4);
}

/*
 * Pages of a block that the allocator keeps for atomic callers of higher orders
 * count as free, so they must be to be had for receive.
 */
static void blocks_for_high_orders_serve_receive(struct kunit *test)
{
	const unsigned int order = 5;	/* more than a CPU keeps on its lists */
	struct page *parts[32], *pairs[32] = {};
	unsigned long left, got, kept = 0;
	struct starve starve;
	unsigned int i, n;

	for (n = 0; n < ARRAY_SIZE(parts); n++) {
		parts[n] = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);
		if (!parts[n])
			break;
	}
	starve_begin(&starve);
	for (i = 0; i < n && !kept; i++) {
		struct zone *zone = page_zone(parts[i]);

		__free_pages(parts[i], order);
		pairs[i] = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 1);
		kept = zone->nr_reserved_highatomic;
		starve_take(&starve, GFP_NOWAIT);
	}
	/* What of the same block comes free now is kept, too. */
	for (; i < n; i++)
		__free_pages(parts[i], order);
	starve_take(&starve, GFP_ATOMIC);
	got = starve_take(&starve, GFP_ATOMIC | __GFP_MEMALLOC);
	left = starve_free();
	starve_end(&starve);
	for (i = 0; i < n; i++)
		if (pairs[i])
			__free_pages(pairs[i], 1);

	if (!kept)
		kunit_skip(test, "no block could be had that is kept for higher orders");
	KUNIT_EXPECT_GT(test, got, 0UL);
	KUNIT_EXPECT_LT(test, left, 64UL);
}

static void granted_thread_takes_the_last_pages(struct kunit *test)
{
	unsigned long min, after;
	struct starve starve;
	int err;

	starve_begin(&starve);
	err = netswap_task_grant(true);
	after = starve_level(&starve, GFP_KERNEL);
	if (!err)
		netswap_task_grant(false);
	min = starve_min();
	starve_end(&starve);

	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_LT(test, after, min / 8);
}

static void reserve_access_lifts_memory_policy(struct kunit *test)
{
	if (!two_nodes())
		kunit_skip(test, "needs two nodes with memory");
	KUNIT_EXPECT_EQ(test, two_nodes_spill(), 0);
}

static struct kunit_case gfp_memalloc_cases[] = {
	KUNIT_CASE_PARAM(entitled_follows_flags_and_context, entitled_gen_params),
	KUNIT_CASE(floors_leave_receive_its_share),
	KUNIT_CASE(reserve_page_is_marked),
	KUNIT_CASE(page_above_watermark_is_not_marked),
	KUNIT_CASE(reclaim_class_stops_and_receive_goes_on),
	KUNIT_CASE(blocks_for_high_orders_serve_receive),
	KUNIT_CASE(granted_thread_takes_the_last_pages),
	KUNIT_CASE(reserve_access_lifts_memory_policy),
	{}
};

static struct kunit_suite gfp_memalloc_suite = {
	.name = "gfp_memalloc",
	.test_cases = gfp_memalloc_cases,
};
kunit_test_suite(gfp_memalloc_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite of gfp_memalloc");
MODULE_LICENSE("GPL");
