// SPDX-License-Identifier: GPL-2.0
/* The registry: what it refuses, and that its counters add up. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "answerer.h"
#include "netswap.h"
#include "starve.h"
#include "two_nodes.h"

static const char * const counter_names[] = { "one", "two" };

static enum memreserve_depth no_depth(gfp_t gfp)
{
	return MEMRESERVE_DEPTH_NONE;
}

static const struct memreserve_gfp_ops incomplete_ops = {
	.depth = no_depth,
};

static bool allow(struct pglist_data *pgdat)
{
	return true;
}

static long limit(gfp_t gfp)
{
	return 0;
}

static void waited(struct pglist_data *pgdat, u64 us, bool timed_out)
{
}

static const struct memreserve_throttle_ops complete_ops = {
	.allow = allow,
	.limit = limit,
	.waited = waited,
};

static void registry_refuses_incomplete_ops(struct kunit *test)
{
	struct netswap_mechanism mech = {
		.name = "incomplete",
		.group = MEMRESERVE_GFP,
		.ops = &incomplete_ops,
		.counter_names = counter_names,
		.nr_counters = 2,
	};

	KUNIT_EXPECT_EQ(test, netswap_register(&mech), -EINVAL);
	KUNIT_EXPECT_NULL(test, mech.counters);
}

static void registry_refuses_incomplete_description(struct kunit *test)
{
	struct netswap_mechanism nameless = {
		.group = MEMRESERVE_THROTTLE,
		.ops = &complete_ops,
		.counter_names = counter_names,
		.nr_counters = 2,
	};
	struct netswap_mechanism gauges_without_table = {
		.name = "x",
		.group = MEMRESERVE_THROTTLE,
		.ops = &complete_ops,
		.counter_names = counter_names,
		.nr_counters = 2,
		.nr_gauges = 1,
	};

	KUNIT_EXPECT_EQ(test, netswap_register(&nameless), -EINVAL);
	KUNIT_EXPECT_EQ(test, netswap_register(&gauges_without_table), -EINVAL);
}

static bool group_is_free(enum memreserve_group group)
{
	return answered_by(group, netswap_host()->policy());
}

static void registry_refuses_second_answerer(struct kunit *test)
{
	struct netswap_mechanism first = {
		.name = "first",
		.group = MEMRESERVE_THROTTLE,
		.ops = &complete_ops,
		.counter_names = counter_names,
		.nr_counters = 2,
	};
	struct netswap_mechanism second = first;
	bool free = group_is_free(MEMRESERVE_THROTTLE);

	if (free)
		KUNIT_ASSERT_EQ(test, netswap_register(&first), 0);
	KUNIT_EXPECT_EQ(test, netswap_register(&second), -EBUSY);
	if (free) {
		netswap_unregister(&first);
		KUNIT_EXPECT_TRUE(test, group_is_free(MEMRESERVE_THROTTLE));
	}
}

static void counters_add_up_over_cpus(struct kunit *test)
{
	struct netswap_mechanism mech = {
		.counter_names = counter_names,
		.nr_counters = 2,
	};
	int cpu;

	mech.counters = __alloc_percpu(2 * sizeof(u64), __alignof__(u64));
	KUNIT_ASSERT_NOT_NULL(test, mech.counters);
	for_each_possible_cpu(cpu)
		per_cpu_ptr(mech.counters, cpu)[1] = 10;
	netswap_count(&mech, 1);
	netswap_count_many(&mech, 0, 5);

	KUNIT_EXPECT_EQ(test, netswap_sum(&mech, 0), 5ULL);
	KUNIT_EXPECT_EQ(test, netswap_sum(&mech, 1),
			10ULL * num_possible_cpus() + 1);
	free_percpu(mech.counters);
}

/* The control of reserve_access_lifts_memory_policy in gfp_memalloc's suite. */
static void base_lifts_memory_policy_since_3_6(struct kunit *test)
{
	int want = NUMA_NO_NODE;

	if (!two_nodes())
		kunit_skip(test, "needs two nodes with memory");
	if (answered_by(MEMRESERVE_GFP, "mainline"))
		want = 0;
	else if (!answered_by(MEMRESERVE_GFP, "bare"))
		kunit_skip(test, "a module answers");
	KUNIT_EXPECT_EQ(test, two_nodes_spill(), want);
}

static struct kunit_case netswap_cases[] = {
	KUNIT_CASE(registry_refuses_incomplete_ops),
	KUNIT_CASE(registry_refuses_incomplete_description),
	KUNIT_CASE(registry_refuses_second_answerer),
	KUNIT_CASE(counters_add_up_over_cpus),
	KUNIT_CASE(base_lifts_memory_policy_since_3_6),
	{}
};

static struct kunit_suite netswap_suite = {
	.name = "netswap",
	.test_cases = netswap_cases,
};
kunit_test_suite(netswap_suite);

MODULE_DESCRIPTION("KUnit suite of netswap's registry");
MODULE_LICENSE("GPL");
