// SPDX-License-Identifier: GPL-2.0
/* When a direct reclaimer waits, for how long, and how waits are counted. */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "reclaim_throttle.h"

struct level_case {
	const char *desc;
	struct reclaim_throttle_level level;
	bool ok;
};

static const struct level_case level_cases[] = {
	{ "plenty", { .free = 1000, .min = 100, .reclaimable = 1 }, true },
	{ "just above half", { .free = 51, .min = 100, .reclaimable = 1 }, true },
	{ "half", { .free = 50, .min = 100, .reclaimable = 1 }, false },
	{ "nothing free", { .free = 0, .min = 100, .reclaimable = 1 }, false },
	{ "nothing to reclaim", { .free = 0, .min = 100 }, true },
	{ "kswapd gave up",
	  { .free = 0, .min = 100, .reclaimable = 1, .hopeless = true }, true },
	{ "no reserve", { .free = 0, .min = 0, .reclaimable = 1 }, true },
};

static void name_level_case(const struct level_case *of, char *name)
{
	strscpy(name, of->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(level, level_cases, name_level_case);

static void level_decides(struct kunit *test)
{
	const struct level_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, reclaim_throttle_ok(&c->level), c->ok);
}

static void nobody_waits_for_ever(struct kunit *test)
{
	long fs = reclaim_throttle_limit(0, false, GFP_KERNEL);
	long nofs = reclaim_throttle_limit(0, false, GFP_NOFS);

	KUNIT_EXPECT_GT(test, fs, 0);
	KUNIT_EXPECT_LE(test, fs, 10L * HZ);
	KUNIT_EXPECT_GT(test, nofs, 0);
	KUNIT_EXPECT_LE(test, nofs, fs);
}

static void kernel_threads_and_dying_tasks_do_not_wait(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, reclaim_throttle_limit(PF_KTHREAD, false, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, reclaim_throttle_limit(0, true, GFP_KERNEL), 0);
}

static void buckets_are_powers_of_two(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, reclaim_throttle_bucket(0), 0U);
	KUNIT_EXPECT_EQ(test, reclaim_throttle_bucket(1), 0U);
	for (i = 1; i < RECLAIM_THROTTLE_BUCKETS; i++) {
		KUNIT_EXPECT_EQ(test, reclaim_throttle_bucket(1ULL << i), i);
		KUNIT_EXPECT_EQ(test, reclaim_throttle_bucket((1ULL << i) - 1), i - 1);
	}
	KUNIT_EXPECT_EQ(test, reclaim_throttle_bucket(U64_MAX),
			RECLAIM_THROTTLE_BUCKETS - 1U);
}

static struct kunit_case reclaim_throttle_cases[] = {
	KUNIT_CASE_PARAM(level_decides, level_gen_params),
	KUNIT_CASE(nobody_waits_for_ever),
	KUNIT_CASE(kernel_threads_and_dying_tasks_do_not_wait),
	KUNIT_CASE(buckets_are_powers_of_two),
	{}
};

static struct kunit_suite reclaim_throttle_suite = {
	.name = "reclaim_throttle",
	.test_cases = reclaim_throttle_cases,
};
kunit_test_suite(reclaim_throttle_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite of reclaim_throttle");
MODULE_LICENSE("GPL");
