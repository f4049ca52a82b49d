// SPDX-License-Identifier: GPL-2.0
/* The reservation tree: sizes, the invariant, the pool, and the accounts. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "accounts.h"
#include "gfp_memalloc.h"
#include "netswap.h"
#include "reserve.h"
#include "starve.h"

#define WAIT_MS 2000

/* -------------------------------------------------------------- sizes */

static void a_ring_of_half_pages(struct kunit *test)
{
	struct netswap_nic nic = { .queues = 1, .ring = 256, .mtu = 1500 };

	KUNIT_EXPECT_EQ(test, netswap_size_nic(&nic), 128U);
	nic.queues = 4;
	KUNIT_EXPECT_EQ(test, netswap_size_nic(&nic), 512U);
}

static void a_jumbo_ring_takes_whole_pages(struct kunit *test)
{
	struct netswap_nic nic = { .queues = 1, .ring = 256, .mtu = 9000 };

	KUNIT_EXPECT_EQ(test, netswap_size_nic(&nic), 3 * 256U);
}

static void streams_need_no_reassembly(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, netswap_size_reassembly(4 << 20, 0), 0U);
	KUNIT_EXPECT_EQ(test, netswap_size_reassembly(4 << 20, 1), 1024U);
}

/* ---------------------------------------------------------- invariant */

/*
 * Whatever is reserved, used and free: a page that goes to a sender leaves
 * what receive has not used yet, and one that goes beyond a reservation leaves
 * what anybody has not used yet.
 */
static void no_floor_lets_a_sender_into_receives_share(struct kunit *test)
{
	unsigned int state, take;

	for (state = 0; state < 4096; state++) {
		unsigned int unused[NETSWAP_NR_CHARGES], receives = 0, others;
		enum netswap_charge of, c;

		for (c = 0; c < NETSWAP_NR_CHARGES; c++) {
			unused[c] = (state >> (2 * c)) & 3;
			if (c < NETSWAP_CHARGE_SENDS)
				receives += unused[c];
		}
		for (of = 0; of < NETSWAP_NR_CHARGES; of++) {
			for (take = 1; take <= 4; take *= 2) {
				unsigned long floor = netswap_floor_of(unused, of, take);

				others = 0;
				for (c = 0; c < NETSWAP_NR_CHARGES; c++)
					others += c == of ? 0 : unused[c];
				if (of >= NETSWAP_CHARGE_SENDS)
					KUNIT_ASSERT_GE(test, floor, receives);
				if (of == NETSWAP_CHARGE_PACKETS && take > unused[of] &&
				    take <= unused[NETSWAP_CHARGE_RINGS])
					others -= unused[NETSWAP_CHARGE_RINGS];
				if (take > unused[of])
					KUNIT_ASSERT_EQ(test, floor, others);
				KUNIT_ASSERT_LE(test, floor, others);
			}
		}
	}
}

static void packets_within_their_share_have_no_floor(struct kunit *test)
{
	unsigned int unused[NETSWAP_NR_CHARGES] = { 5, 4, 3, 9, 9, 9 };

	KUNIT_EXPECT_EQ(test, netswap_floor_of(unused, NETSWAP_CHARGE_PACKETS, 5), 0UL);
	KUNIT_EXPECT_EQ(test, netswap_floor_of(unused, NETSWAP_CHARGE_PACKETS, 6), 25UL);
	KUNIT_EXPECT_EQ(test, netswap_floor_of(unused, NETSWAP_CHARGE_PACKETS, 10), 34UL);
	KUNIT_EXPECT_EQ(test, netswap_floor_of(unused, NETSWAP_CHARGE_RINGS, 1), 12UL);
	KUNIT_EXPECT_EQ(test, netswap_floor_of(unused, NETSWAP_CHARGE_TRANSMIT, 1), 21UL);
}

/* --------------------------------------------------------------- tree */

static bool info_of(const char *name, struct netswap_group_info *info)
{
	char nic[IFNAMSIZ + 8];
	unsigned int i;

	for (i = 0; netswap_tree_info(i, info, nic); i++)
		if (!strcmp(info->name, name))
			return true;
	return false;
}

static unsigned int pages_of(const char *name)
{
	struct netswap_group_info info;

	return info_of(name, &info) ? info.pages : UINT_MAX;
}

static void a_transport_brings_in_what_it_needs_once(struct kunit *test)
{
	unsigned long before = netswap_host()->emergency();
	unsigned int network, total;

	KUNIT_ASSERT_EQ(test, before, 0UL);
	KUNIT_ASSERT_EQ(test, netswap_tree_activate("nbd", true, WAIT_MS), 0);
	network = pages_of("network");
	total = pages_of("total");
	KUNIT_EXPECT_GT(test, pages_of("packets"), 0U);
	KUNIT_EXPECT_EQ(test, netswap_host()->emergency(), (unsigned long)total);

	KUNIT_EXPECT_EQ(test, netswap_tree_activate("nfs", true, WAIT_MS), 0);
	KUNIT_EXPECT_EQ(test, pages_of("network"), network);
	KUNIT_EXPECT_EQ(test, netswap_tree_activate("nbd", false, WAIT_MS), 0);
	KUNIT_EXPECT_EQ(test, pages_of("network"), network);
	KUNIT_EXPECT_EQ(test, netswap_tree_activate("nfs", false, WAIT_MS), 0);
	KUNIT_EXPECT_EQ(test, pages_of("total"), 0U);
	KUNIT_EXPECT_EQ(test, netswap_host()->emergency(), 0UL);
}

static void pool_raises_watermarks_by_its_size(struct kunit *test)
{
	unsigned long low = starve_min(), raised;
	unsigned int total;

	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, WAIT_MS), 0);
	raised = starve_min();
	total = pages_of("total");
	KUNIT_EXPECT_EQ(test, netswap_tree_activate("total", false, 0), 0);
	/* Each zone's share is rounded down. */
	KUNIT_EXPECT_LE(test, raised - low, (unsigned long)total);
	KUNIT_EXPECT_GE(test, raised - low + 4, (unsigned long)total);
	KUNIT_EXPECT_EQ(test, starve_min(), low);
}

static void a_setting_counts_in_its_parents(struct kunit *test)
{
	unsigned int before;

	KUNIT_ASSERT_EQ(test, netswap_tree_activate("network", true, WAIT_MS), 0);
	before = pages_of("total");
	KUNIT_EXPECT_EQ(test, netswap_tree_set("reassembly-v4", 10, WAIT_MS), 0);
	KUNIT_EXPECT_EQ(test, pages_of("reassembly-v4"), 10U);
	KUNIT_EXPECT_EQ(test, pages_of("total"), before + 10);
	KUNIT_EXPECT_EQ(test, netswap_tree_set("reassembly-v4", NETSWAP_GROUP_AUTO,
					       WAIT_MS), 0);
	KUNIT_EXPECT_EQ(test, pages_of("total"), before);
	KUNIT_EXPECT_EQ(test, netswap_tree_set("nonsense", 1, 0), -ENOENT);
	netswap_tree_activate("network", false, 0);
}

static void too_much_is_refused_and_nothing_changes(struct kunit *test)
{
	unsigned long min;

	KUNIT_ASSERT_EQ(test, netswap_tree_activate("network", true, WAIT_MS), 0);
	min = starve_min();
	KUNIT_EXPECT_EQ(test, netswap_tree_set("lookup", totalram_pages() / 4 + 1,
					       WAIT_MS), -EINVAL);
	KUNIT_EXPECT_EQ(test, starve_min(), min);
	netswap_tree_activate("network", false, 0);
}

/*
 * Nobody can give memory back: there is no swap, and all of it is taken. Not
 * waited for here: others who need memory meanwhile would meet the OOM killer,
 * and that nobody to kill.
 */
static void memory_that_is_not_there_is_refused(struct kunit *test)
{
	unsigned long min, min_after, free;
	struct starve starve;
	int refused, had;

	KUNIT_ASSERT_EQ(test, netswap_tree_activate("network", true, WAIT_MS), 0);
	min = starve_min();
	starve_begin(&starve);
	refused = netswap_tree_set("lookup", totalram_pages() / 8, 0);
	min_after = starve_min();
	starve_end(&starve);
	had = netswap_tree_set("lookup", totalram_pages() / 8, WAIT_MS);
	free = starve_free();

	KUNIT_EXPECT_EQ(test, refused, -ENOMEM);
	KUNIT_EXPECT_EQ(test, min_after, min);
	KUNIT_EXPECT_EQ(test, had, 0);
	KUNIT_EXPECT_GE(test, free + 64, starve_min());
	KUNIT_EXPECT_EQ(test, netswap_tree_set("lookup", NETSWAP_GROUP_AUTO, 0), 0);
	netswap_tree_activate("network", false, 0);
}

/* ----------------------------------------------------------- accounts */

/* Down to which level GFP_ATOMIC gets pages. */
static unsigned long atomic_level(void)
{
	struct starve starve;
	unsigned long free;

	starve_begin(&starve);
	free = starve_level(&starve, GFP_ATOMIC);
	starve_end(&starve);
	return free;
}

/* Atomic callers must not gain from the pool: their parts of min leave it out. */
static void atomic_callers_gain_nothing(struct kunit *test)
{
	unsigned long without = atomic_level(), with;
	unsigned int total;

	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, WAIT_MS), 0);
	total = pages_of("total");
	with = atomic_level();
	netswap_tree_activate("total", false, 0);

	/*
	 * They stop higher by all of it; what others free meanwhile is noise,
	 * and what a checker notes of each page that is taken.
	 */
	KUNIT_EXPECT_GE(test, with + 64, without + total);
}

static const gfp_t receives = GFP_ATOMIC | __GFP_MEMALLOC;

/* A sender stops where receive's unused share begins, and receive goes on. */
static void transmit_leaves_receives_share(struct kunit *test)
{
	unsigned long after_transmit, share, got;
	struct starve starve;
	unsigned int flags;

	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, WAIT_MS), 0);
	share = pages_of("network");
	starve_begin(&starve);
	flags = memalloc_noreclaim_save();
	starve_take(&starve, GFP_NOIO | __GFP_MEMALLOC | __GFP_NORETRY);
	after_transmit = starve_level(&starve, GFP_NOIO | __GFP_NORETRY);
	memalloc_noreclaim_restore(flags);
	got = starve_take(&starve, receives | GFP_MEMALLOC_LATER);
	got += starve_take(&starve, receives);
	starve_end(&starve);
	netswap_tree_activate("total", false, 0);

	KUNIT_EXPECT_GT(test, share, 0UL);
	KUNIT_EXPECT_GE(test, after_transmit, share);
	KUNIT_EXPECT_LT(test, after_transmit, share + 64);
	KUNIT_EXPECT_GE(test, got + 8, share);
}

static struct kunit_case reserve_cases[] = {
	KUNIT_CASE(a_ring_of_half_pages),
	KUNIT_CASE(a_jumbo_ring_takes_whole_pages),
	KUNIT_CASE(streams_need_no_reassembly),
	KUNIT_CASE(no_floor_lets_a_sender_into_receives_share),
	KUNIT_CASE(packets_within_their_share_have_no_floor),
	KUNIT_CASE(a_transport_brings_in_what_it_needs_once),
	KUNIT_CASE(pool_raises_watermarks_by_its_size),
	KUNIT_CASE(a_setting_counts_in_its_parents),
	KUNIT_CASE(too_much_is_refused_and_nothing_changes),
	KUNIT_CASE(memory_that_is_not_there_is_refused),
	KUNIT_CASE(atomic_callers_gain_nothing),
	KUNIT_CASE(transmit_leaves_receives_share),
	{}
};

static struct kunit_suite reserve_suite = {
	.name = "reserve",
	.suite_init = with_accounts,
	.test_cases = reserve_cases,
};
kunit_test_suite(reserve_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite of the reservation tree");
MODULE_LICENSE("GPL");
