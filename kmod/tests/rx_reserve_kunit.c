// SPDX-License-Identifier: GPL-2.0
/* With what a receive ring is filled. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "accounts.h"
#include "answerer.h"
#include "gfp_memalloc.h"
#include "netswap.h"
#include "reserve.h"
#include "rx_reserve.h"
#include "starve.h"

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
	KUNIT_EXPECT_EQ(test, gfp_memalloc_class(gfp), GFP_MEMALLOC_RECEIVE);
}

static void page_pool_set_up_waits_as_it_asked(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, rx_reserve_gfp(MEMRESERVE_REFILL_POOL, GFP_KERNEL),
			GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, rx_reserve_gfp(MEMRESERVE_REFILL_POOL, GFP_ATOMIC) &
				__GFP_MEMALLOC);
}

#define BUFFER 512
#define BUFFERS 2048
#define BUFFERS_IN_PAGE (PAGE_SIZE / BUFFER)

/* The next of @buffers as a packet, as drivers make it of what the card has filled. */
static struct sk_buff *build(struct page **buffers, unsigned int i)
{
	struct page *page = buffers[i / BUFFERS_IN_PAGE];
	struct sk_buff *skb;

	get_page(page);
	local_bh_disable();
	skb = build_skb(page_address(page) + i % BUFFERS_IN_PAGE * BUFFER, BUFFER);
	local_bh_enable();
	if (!skb)
		put_page(page);
	return skb;
}

static bool head_is_marked(const struct sk_buff *skb)
{
	return skb && folio_test_active(virt_to_folio(skb));
}

/* Memory is short, and @packets have used up all struct sk_buffs but the reserve's. */
struct built {
	struct page *buffers[BUFFERS / BUFFERS_IN_PAGE];
	struct sk_buff *packets;	/* the last one first */
	struct sk_buff *spare[2];	/* what they leave has room for two other packets' data */
	struct socket *sock;
	struct starve starve;
};

static struct built *built_begin(struct kunit *test)
{
	struct built *built = kunit_kzalloc(test, sizeof(*built), GFP_KERNEL);
	struct sk_buff *skb;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, built);
	for (i = 0; i < ARRAY_SIZE(built->buffers); i++) {
		built->buffers[i] = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, built->buffers[i]);
	}
	for (i = 0; i < ARRAY_SIZE(built->spare); i++) {
		built->spare[i] = alloc_skb(1, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, built->spare[i]);
	}
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM,
					       IPPROTO_TCP, &built->sock), 0);
	sk_set_memalloc(built->sock->sk);
	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, 2000), 0);

	starve_begin(&built->starve);
	starve_take(&built->starve, GFP_ATOMIC);
	for (i = 0; i < ARRAY_SIZE(built->spare); i++)
		kfree_skb(built->spare[i]);
	/* First what is left in slabs, and what others free meanwhile. */
	for (i = 0; i < BUFFERS && !head_is_marked(built->packets); i++) {
		skb = build(built->buffers, i);
		if (!skb)
			break;
		skb->next = built->packets;
		built->packets = skb;
	}
	return built;
}

static void built_end(struct built *built)
{
	unsigned int i;

	kfree_skb_list(built->packets);
	starve_end(&built->starve);
	netswap_tree_activate("total", false, 0);
	sk_clear_memalloc(built->sock->sk);
	sock_release(built->sock);
	for (i = 0; i < ARRAY_SIZE(built->buffers); i++)
		put_page(built->buffers[i]);
}

static bool nobody_is_marked(void)
{
	return answered_by(MEMRESERVE_SOCK, "bare");
}

/*
 * A driver that has the data already needs a struct sk_buff, and whoever holds
 * that one holds reserve memory, ordinary as the data may be.
 */
static void built_packet_has_its_head_from_the_reserve(struct kunit *test)
{
	bool from_reserve, marked;
	struct built *built;

	if (nobody_is_marked())
		kunit_skip(test, "with the policy bare no socket is marked");
	built = built_begin(test);
	from_reserve = head_is_marked(built->packets);
	marked = from_reserve && skb_pfmemalloc(built->packets);
	built_end(built);

	KUNIT_EXPECT_TRUE(test, from_reserve);
	KUNIT_EXPECT_TRUE(test, marked);
}

/*
 * Who lost a packet sends it again. Nobody sends an answer of netlink again, in
 * which a task had one of the last objects.
 */
static void packet_that_was_not_received_has_no_mark_for_its_head(struct kunit *test)
{
	const gfp_t gfp = GFP_ATOMIC | __GFP_MEMALLOC;
	bool from_reserve, data_from_reserve, received_marked, made_marked;
	struct sk_buff *received, *made;
	struct built *built;

	if (nobody_is_marked())
		kunit_skip(test, "with the policy bare no socket is marked");
	built = built_begin(test);
	local_bh_disable();
	received = __netdev_alloc_skb(NULL, 1, gfp);
	made = alloc_skb(1, gfp);
	local_bh_enable();
	from_reserve = head_is_marked(received) && head_is_marked(made);
	data_from_reserve = made && folio_test_active(virt_to_folio(made->head));
	received_marked = received && skb_pfmemalloc(received);
	made_marked = made && skb_pfmemalloc(made);
	kfree_skb(received);
	kfree_skb(made);
	built_end(built);

	KUNIT_EXPECT_TRUE(test, from_reserve);
	KUNIT_EXPECT_TRUE(test, received_marked);
	KUNIT_EXPECT_EQ(test, made_marked, data_from_reserve);
	/* KASAN keeps what is freed: the room for the data may be gone with it. */
	if (!IS_ENABLED(CONFIG_KASAN_GENERIC))
		KUNIT_EXPECT_FALSE(test, data_from_reserve);
}

static struct kunit_case rx_reserve_cases[] = {
	KUNIT_CASE(ring_refill_may_use_the_reserve_but_can_be_put_off),
	KUNIT_CASE(who_fills_with_receive_off_never_reclaims),
	KUNIT_CASE(head_is_not_put_off),
	KUNIT_CASE(page_pool_set_up_waits_as_it_asked),
	KUNIT_CASE(built_packet_has_its_head_from_the_reserve),
	KUNIT_CASE(packet_that_was_not_received_has_no_mark_for_its_head),
	{}
};

static struct kunit_suite rx_reserve_suite = {
	.name = "rx_reserve",
	.suite_init = with_accounts,
	.test_cases = rx_reserve_cases,
};
kunit_test_suite(rx_reserve_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite of rx_reserve");
MODULE_LICENSE("GPL");
