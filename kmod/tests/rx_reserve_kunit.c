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
	skb = build_skb(page_address(page) + i % BUFFERS_IN_PAGE * BUFFER, BUFFER);
	if (!skb)
		put_page(page);
	return skb;
}

/*
 * A driver that has the data already needs a struct sk_buff, and whoever holds
 * that one holds reserve memory, ordinary as the data may be.
 */
static void built_packet_has_its_head_from_the_reserve(struct kunit *test)
{
	struct sk_buff *skb, *next, *packets = NULL;
	bool from_reserve = false, marked = false;
	struct page **buffers;
	struct socket *sock;
	struct starve starve;
	unsigned int i;

	if (answered_by(MEMRESERVE_SOCK, "bare"))
		kunit_skip(test, "with the policy bare no socket is marked");
	buffers = kunit_kcalloc(test, BUFFERS / BUFFERS_IN_PAGE, sizeof(*buffers),
				GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buffers);
	for (i = 0; i < BUFFERS / BUFFERS_IN_PAGE; i++) {
		buffers[i] = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, buffers[i]);
	}
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM,
					       IPPROTO_TCP, &sock), 0);
	sk_set_memalloc(sock->sk);
	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, 2000), 0);

	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	/* First what is left in slabs, and what others free meanwhile. */
	for (i = 0; i < BUFFERS && !from_reserve; i++) {
		skb = build(buffers, i);
		if (!skb)
			break;
		from_reserve = folio_test_active(virt_to_folio(skb));
		marked = skb_pfmemalloc(skb);
		skb->next = packets;
		packets = skb;
	}
	for (skb = packets; skb; skb = next) {
		next = skb->next;
		skb_mark_not_on_list(skb);
		kfree_skb(skb);
	}
	starve_end(&starve);
	netswap_tree_activate("total", false, 0);
	sk_clear_memalloc(sock->sk);
	sock_release(sock);
	for (i = 0; i < BUFFERS / BUFFERS_IN_PAGE; i++)
		put_page(buffers[i]);

	KUNIT_EXPECT_TRUE(test, from_reserve);
	KUNIT_EXPECT_TRUE(test, marked);
}

static struct kunit_case rx_reserve_cases[] = {
	KUNIT_CASE(ring_refill_may_use_the_reserve_but_can_be_put_off),
	KUNIT_CASE(who_fills_with_receive_off_never_reclaims),
	KUNIT_CASE(head_is_not_put_off),
	KUNIT_CASE(page_pool_set_up_waits_as_it_asked),
	KUNIT_CASE(built_packet_has_its_head_from_the_reserve),
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
