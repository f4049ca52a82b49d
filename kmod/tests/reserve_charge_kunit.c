// SPDX-License-Identifier: GPL-2.0
/* The accounts of the reservation tree: pages that are handed out and come back. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "accounts.h"
#include "gfp_memalloc.h"
#include "netswap.h"
#include "reserve.h"
#include "starve.h"

#define WAIT_MS 2000

static const gfp_t receives = GFP_ATOMIC | __GFP_MEMALLOC;

static void pages_are_charged_and_uncharged_once(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct sk_buff *other = alloc_skb(64, GFP_KERNEL);
	unsigned int before, taken, shared, after;
	struct page *page, *order1;
	struct starve starve;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, WAIT_MS), 0);
	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	before = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	page = starve_take_marked(&starve, receives, 0);
	order1 = starve_take_marked(&starve, receives, 1);
	taken = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	if (page) {
		/* Fragments of it in two packets: still one page. */
		skb_fill_page_desc(skb, 0, page, 0, 100);
		get_page(page);
		skb_fill_page_desc(other, 0, page, 100, 100);
	}
	shared = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	if (order1) {
		split_page(order1, 1);
		__free_page(order1);
		__free_page(order1 + 1);
	}
	kfree_skb(skb);
	kfree_skb(other);
	after = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	starve_end(&starve);
	netswap_tree_activate("total", false, 0);

	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_NOT_NULL(test, order1);
	KUNIT_EXPECT_EQ(test, taken, before + 3);
	KUNIT_EXPECT_EQ(test, shared, taken);
	KUNIT_EXPECT_EQ(test, after, before);
}

/* A jumbo ring has no smaller buffers; fragments come in smaller blocks, too. */
static void a_buffer_of_two_pages_is_charged_to_the_ring(struct kunit *test)
{
	const gfp_t refills = receives | GFP_MEMALLOC_LATER;
	unsigned int before, taken, after;
	struct page *buffer, *fragments;
	struct starve starve;

	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, WAIT_MS), 0);
	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	before = netswap_charge_usage(NETSWAP_CHARGE_RINGS);
	buffer = starve_take_marked(&starve, refills, 1);
	taken = netswap_charge_usage(NETSWAP_CHARGE_RINGS);
	fragments = starve_take_marked(&starve, refills, 3);
	if (buffer)
		__free_pages(buffer, 1);
	if (fragments)
		__free_pages(fragments, 3);
	after = netswap_charge_usage(NETSWAP_CHARGE_RINGS);
	starve_end(&starve);
	netswap_tree_activate("total", false, 0);

	KUNIT_EXPECT_EQ(test, gfp_memalloc_class(refills), GFP_MEMALLOC_REFILL);
	KUNIT_EXPECT_NOT_NULL(test, buffer);
	KUNIT_EXPECT_NULL(test, fragments);
	KUNIT_EXPECT_EQ(test, taken, before + 2);
	KUNIT_EXPECT_EQ(test, after, before);
}

/* Packets that wait for the rest of them are moved to where there is a limit. */
static void a_page_moves_only_where_there_is_room(struct kunit *test)
{
	struct page *pages[4] = {};
	struct starve starve;
	unsigned int moved = 0, usage, packets, i;

	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, WAIT_MS), 0);
	KUNIT_ASSERT_EQ(test, netswap_tree_set("reassembly-v4", 3, WAIT_MS), 0);
	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	packets = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = starve_take_marked(&starve, receives, 0);
		if (pages[i])
			moved += netswap_charge_move(pages[i], NETSWAP_CHARGE_REASSEMBLY_V4);
	}
	usage = netswap_charge_usage(NETSWAP_CHARGE_REASSEMBLY_V4);
	packets = netswap_charge_usage(NETSWAP_CHARGE_PACKETS) - packets;
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		if (pages[i])
			__free_page(pages[i]);
	starve_end(&starve);
	KUNIT_EXPECT_EQ(test, netswap_charge_usage(NETSWAP_CHARGE_REASSEMBLY_V4), 0U);
	netswap_tree_set("reassembly-v4", NETSWAP_GROUP_AUTO, 0);
	netswap_tree_activate("total", false, 0);

	KUNIT_EXPECT_EQ(test, moved, 3U);
	KUNIT_EXPECT_EQ(test, usage, 3U);
	KUNIT_EXPECT_EQ(test, packets, 1U);
}

/* Heads of packets that wait are packets: with half of these gone nothing waits. */
static void half_of_a_reservation_is_noticed(struct kunit *test)
{
	bool at_first, then = false, at_last;
	struct page *page, *next;
	struct starve starve;
	LIST_HEAD(taken);

	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, WAIT_MS), 0);
	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	at_first = netswap_charge_half_used(NETSWAP_CHARGE_PACKETS);
	while (!then && (page = starve_take_marked(&starve, receives, 0))) {
		list_add(&page->lru, &taken);
		then = netswap_charge_half_used(NETSWAP_CHARGE_PACKETS);
	}
	list_for_each_entry_safe(page, next, &taken, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	at_last = netswap_charge_half_used(NETSWAP_CHARGE_PACKETS);
	starve_end(&starve);
	netswap_tree_activate("total", false, 0);

	KUNIT_EXPECT_FALSE(test, at_first);
	KUNIT_EXPECT_TRUE(test, then);
	KUNIT_EXPECT_FALSE(test, at_last);
}

/* Its free was not seen, for nobody watched: it is somebody else's now. */
static void page_that_is_handed_out_again_counts_once(struct kunit *test)
{
	unsigned int packets = netswap_charge_usage(NETSWAP_CHARGE_PACKETS);
	unsigned int rings = netswap_charge_usage(NETSWAP_CHARGE_RINGS);
	int charged = atomic_read(netswap_host()->charged);
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	netswap_charge(page, 0, NETSWAP_CHARGE_PACKETS);
	netswap_charge(page, 0, NETSWAP_CHARGE_RINGS);
	KUNIT_EXPECT_EQ(test, netswap_charge_usage(NETSWAP_CHARGE_PACKETS), packets);
	KUNIT_EXPECT_EQ(test, netswap_charge_usage(NETSWAP_CHARGE_RINGS), rings + 1);
	KUNIT_EXPECT_EQ(test, atomic_read(netswap_host()->charged), charged + 1);
	netswap_uncharge(page, 0);
	KUNIT_EXPECT_EQ(test, netswap_charge_usage(NETSWAP_CHARGE_RINGS), rings);
	KUNIT_EXPECT_EQ(test, atomic_read(netswap_host()->charged), charged);
	__free_page(page);
}

static void charged_pages_are_named(struct kunit *test)
{
	unsigned int before = netswap_charges_name();
	struct page *page = alloc_page(GFP_KERNEL);
	void *object = kmalloc(512, GFP_KERNEL);
	struct page *slab = object ? virt_to_head_page(object) : NULL;
	int references = slab ? page_count(slab) : 0;

	if (page && slab) {
		netswap_charge(page, 0, NETSWAP_CHARGE_PACKETS);
		netswap_charge(slab, 0, NETSWAP_CHARGE_RECLAIM);
		KUNIT_EXPECT_EQ(test, netswap_charges_name(), before + 2);
		KUNIT_EXPECT_EQ(test, page_count(page), 1);
		KUNIT_EXPECT_EQ(test, page_count(slab), references);
		netswap_uncharge(slab, 0);
		netswap_uncharge(page, 0);
		KUNIT_EXPECT_EQ(test, netswap_charges_name(), before);
	}
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_NOT_NULL(test, object);
	kfree(object);
	if (page)
		__free_page(page);
}

/* Memory that was plugged in after the module came: its pages have entries, too. */
static void later_memory_has_a_table(struct kunit *test)
{
	const unsigned long frames = SZ_128M >> PAGE_SHIFT;
	unsigned long start = SZ_1T >> PAGE_SHIFT;
	u8 *first, *last;

	/* Of no machine; an earlier run of this case may have asked for some. */
	while (netswap_owner_of(start))
		start += frames;
	KUNIT_ASSERT_EQ(test, start % frames, 0UL);
	/* Half of the first block and half of the next one. */
	KUNIT_ASSERT_EQ(test, netswap_owners_grow(start + frames / 2, frames), 0);
	first = netswap_owner_of(start + frames - 1);
	last = netswap_owner_of(start + frames);
	KUNIT_EXPECT_NOT_NULL(test, first);
	KUNIT_EXPECT_NOT_NULL(test, last);
	KUNIT_EXPECT_PTR_NE(test, first, last);
	KUNIT_EXPECT_PTR_EQ(test, netswap_owner_of(start), first - (frames - 1));
	KUNIT_EXPECT_NULL(test, netswap_owner_of(start + 2 * frames));
	/* A second time it keeps what it has. */
	KUNIT_EXPECT_EQ(test, netswap_owners_grow(start, frames), 0);
	KUNIT_EXPECT_PTR_EQ(test, netswap_owner_of(start + frames - 1), first);
}

/* What was taken before there were accounts is in none: no floor rests on them. */
static void accounts_count_once_the_pool_was_free(struct kunit *test)
{
	unsigned long floor;

	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, WAIT_MS), 0);
	KUNIT_EXPECT_TRUE(test, netswap_reserve_floor(NETSWAP_CHARGE_TRANSMIT, 1, &floor));
	netswap_charges_begin();
	KUNIT_ASSERT_EQ(test, netswap_tree_activate("network", true, WAIT_MS), 0);
	KUNIT_EXPECT_TRUE(test, netswap_charges_trusted());
	KUNIT_EXPECT_TRUE(test, netswap_reserve_floor(NETSWAP_CHARGE_TRANSMIT, 1, &floor));
	netswap_tree_activate("network", false, 0);
	netswap_tree_activate("total", false, 0);
}

/* Who sends gets no object of a page of receive's when that has little left. */
static void sender_is_kept_off_when_receive_is_short(struct kunit *test)
{
	bool plenty, half = false, own = false, reclaim = false, receive = true;
	struct page *page, *next, *sent = alloc_page(GFP_KERNEL);
	struct starve starve;
	LIST_HEAD(taken);

	KUNIT_ASSERT_NOT_NULL(test, sent);
	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, WAIT_MS), 0);
	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	page = starve_take_marked(&starve, receives, 0);
	if (page)
		list_add(&page->lru, &taken);
	plenty = page && netswap_charge_keeps(page, NETSWAP_CHARGE_TRANSMIT);
	netswap_charge(sent, 0, NETSWAP_CHARGE_TRANSMIT);
	while (!half && (next = starve_take_marked(&starve, receives, 0))) {
		list_add(&next->lru, &taken);
		half = netswap_charge_half_used(NETSWAP_CHARGE_PACKETS);
	}
	if (half) {
		own = netswap_charge_keeps(sent, NETSWAP_CHARGE_TRANSMIT);
		receive = netswap_charge_keeps(page, NETSWAP_CHARGE_PACKETS);
		reclaim = netswap_charge_keeps(page, NETSWAP_CHARGE_RECLAIM);
		half = netswap_charge_keeps(page, NETSWAP_CHARGE_TRANSMIT);
	}
	list_for_each_entry_safe(page, next, &taken, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	starve_end(&starve);
	netswap_uncharge(sent, 0);
	__free_page(sent);
	netswap_tree_activate("total", false, 0);

	KUNIT_EXPECT_FALSE(test, plenty);
	KUNIT_EXPECT_TRUE(test, half);
	KUNIT_EXPECT_TRUE(test, reclaim);
	KUNIT_EXPECT_FALSE(test, own);
	KUNIT_EXPECT_FALSE(test, receive);
}

static struct kunit_case reserve_charge_cases[] = {
	KUNIT_CASE(pages_are_charged_and_uncharged_once),
	KUNIT_CASE(a_buffer_of_two_pages_is_charged_to_the_ring),
	KUNIT_CASE(a_page_moves_only_where_there_is_room),
	KUNIT_CASE(half_of_a_reservation_is_noticed),
	KUNIT_CASE(page_that_is_handed_out_again_counts_once),
	KUNIT_CASE(charged_pages_are_named),
	KUNIT_CASE(later_memory_has_a_table),
	KUNIT_CASE(accounts_count_once_the_pool_was_free),
	KUNIT_CASE(sender_is_kept_off_when_receive_is_short),
	{}
};

static struct kunit_suite reserve_charge_suite = {
	.name = "reserve_charge",
	.suite_init = with_accounts,
	.test_cases = reserve_charge_cases,
};
kunit_test_suite(reserve_charge_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite of the reservation tree's accounts");
MODULE_LICENSE("GPL");
