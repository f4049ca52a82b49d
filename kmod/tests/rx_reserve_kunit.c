// SPDX-License-Identifier: GPL-2.0
/* With what a receive ring is filled, and how large the emergency pool is. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/module.h>

#include "rx_reserve.h"

static void ring_refill_may_use_the_reserve_but_can_be_put_off(struct kunit *test)
{
	gfp_t gfp = rx_reserve_gfp(MEMRESERVE_REFILL_POLL, GFP_ATOMIC);

	KUNIT_EXPECT_EQ(test, gfp & (__GFP_MEMALLOC | __GFP_NORETRY),
			__GFP_MEMALLOC | __GFP_NORETRY);
	KUNIT_EXPECT_EQ(test, gfp & GFP_ATOMIC, GFP_ATOMIC);
}

static void worker_never_reclaims(struct kunit *test)
{
	gfp_t gfp = rx_reserve_gfp(MEMRESERVE_REFILL_WORK, GFP_KERNEL);

	KUNIT_EXPECT_FALSE(test, gfp & __GFP_DIRECT_RECLAIM);
	KUNIT_EXPECT_TRUE(test, gfp & __GFP_MEMALLOC);
}

static void head_is_not_put_off(struct kunit *test)
{
	gfp_t gfp = rx_reserve_gfp(MEMRESERVE_REFILL_HEAD, GFP_ATOMIC);

	KUNIT_EXPECT_TRUE(test, gfp & __GFP_MEMALLOC);
	KUNIT_EXPECT_FALSE(test, gfp & __GFP_NORETRY);
}

static void page_pool_set_up_waits_as_it_asked(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, rx_reserve_gfp(MEMRESERVE_REFILL_POOL, GFP_KERNEL),
			GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, rx_reserve_gfp(MEMRESERVE_REFILL_POOL, GFP_ATOMIC) &
				__GFP_MEMALLOC);
}

static void pool_grows_with_queues_and_cpus(struct kunit *test)
{
	unsigned long ram = 1UL << 30;

	KUNIT_EXPECT_LT(test, rx_reserve_size(1, 1, ram), rx_reserve_size(1, 2, ram));
	KUNIT_EXPECT_LT(test, rx_reserve_size(1, 2, ram), rx_reserve_size(2, 2, ram));
	/* Never more than a thirty-second part of memory. */
	KUNIT_EXPECT_EQ(test, rx_reserve_size(64, 64, 32768), 1024UL);
}

static struct kunit_case rx_reserve_cases[] = {
	KUNIT_CASE(ring_refill_may_use_the_reserve_but_can_be_put_off),
	KUNIT_CASE(worker_never_reclaims),
	KUNIT_CASE(head_is_not_put_off),
	KUNIT_CASE(page_pool_set_up_waits_as_it_asked),
	KUNIT_CASE(pool_grows_with_queues_and_cpus),
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
