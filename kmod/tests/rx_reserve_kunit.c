// SPDX-License-Identifier: GPL-2.0
/* With what a receive ring is filled. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/module.h>

#include "gfp_memalloc.h"
#include "rx_reserve.h"

static void ring_refill_may_use_the_reserve_but_can_be_put_off(struct kunit *test)
{
	gfp_t gfp = rx_reserve_gfp(MEMRESERVE_REFILL_POLL, GFP_ATOMIC);

	KUNIT_EXPECT_EQ(test, gfp & (__GFP_MEMALLOC | GFP_MEMALLOC_LATER),
			__GFP_MEMALLOC | GFP_MEMALLOC_LATER);
	KUNIT_EXPECT_EQ(test, gfp & GFP_ATOMIC, GFP_ATOMIC);
}

static void who_fills_with_receive_off_never_reclaims(struct kunit *test)
{
	gfp_t worker = rx_reserve_gfp(MEMRESERVE_REFILL_WORK, GFP_KERNEL);
	gfp_t set_up = rx_reserve_gfp(MEMRESERVE_REFILL_SETUP, GFP_KERNEL);

	KUNIT_EXPECT_FALSE(test, worker & __GFP_DIRECT_RECLAIM);
	KUNIT_EXPECT_TRUE(test, worker & __GFP_MEMALLOC);
	KUNIT_EXPECT_EQ(test, set_up, worker);
}

static void head_is_not_put_off(struct kunit *test)
{
	gfp_t gfp = rx_reserve_gfp(MEMRESERVE_REFILL_HEAD, GFP_ATOMIC);

	KUNIT_EXPECT_TRUE(test, gfp & __GFP_MEMALLOC);
	KUNIT_EXPECT_FALSE(test, gfp & GFP_MEMALLOC_LATER);
}

static void page_pool_set_up_waits_as_it_asked(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, rx_reserve_gfp(MEMRESERVE_REFILL_POOL, GFP_KERNEL),
			GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, rx_reserve_gfp(MEMRESERVE_REFILL_POOL, GFP_ATOMIC) &
				__GFP_MEMALLOC);
}

static struct kunit_case rx_reserve_cases[] = {
	KUNIT_CASE(ring_refill_may_use_the_reserve_but_can_be_put_off),
	KUNIT_CASE(who_fills_with_receive_off_never_reclaims),
	KUNIT_CASE(head_is_not_put_off),
	KUNIT_CASE(page_pool_set_up_waits_as_it_asked),
	{}
};

static struct kunit_suite rx_reserve_suite = {
	.name = "rx_reserve",
	.test_cases = rx_reserve_cases,
};
kunit_test_suite(rx_reserve_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite of rx_reserve");
MODULE_LICENSE("GPL");
