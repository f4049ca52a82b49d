// SPDX-License-Identifier: GPL-2.0
/* Marks, their count, and which socket may keep which packet. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/filter.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "answerer.h"
#include "netswap.h"
#include "sock_holds_suite.h"
#include "sock_memalloc.h"

static int sock_memalloc_kunit_init(struct kunit *test)
{
	if (!answered_by(MEMRESERVE_SOCK, "module:sock_memalloc"))
		kunit_skip(test, "sock_memalloc is not loaded");
	return 0;
}

static struct socket *new_socket(struct kunit *test)
{
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM,
					       IPPROTO_TCP, &sock), 0);
	return sock;
}

/* Counts are given back by a work item. */
static int count_after_work(int want)
{
	int tries;

	for (tries = 0; tries < 100 && netswap_host()->sk_count() != want; tries++)
		msleep(20);
	return netswap_host()->sk_count();
}

static void mark_is_set_once_and_counted(struct kunit *test)
{
	struct socket *sock = new_socket(test);
	int before = netswap_host()->sk_count();

	sk_set_memalloc(sock->sk);
	sk_set_memalloc(sock->sk);
	KUNIT_EXPECT_TRUE(test, sock_flag(sock->sk, SOCK_MEMALLOC));
	KUNIT_EXPECT_TRUE(test, sock->sk->sk_allocation & __GFP_MEMALLOC);
	KUNIT_EXPECT_EQ(test, netswap_host()->sk_count(), before + 1);

	sk_clear_memalloc(sock->sk);
	sk_clear_memalloc(sock->sk);
	KUNIT_EXPECT_FALSE(test, sock_flag(sock->sk, SOCK_MEMALLOC));
	KUNIT_EXPECT_FALSE(test, sock->sk->sk_allocation & __GFP_MEMALLOC);
	KUNIT_EXPECT_EQ(test, netswap_host()->sk_count(), before);
	sock_release(sock);
}

static void mark_dies_with_its_socket(struct kunit *test)
{
	int before = netswap_host()->sk_count();
	int i;

	for (i = 0; i < 10; i++) {
		struct socket *sock = new_socket(test);

		sk_set_memalloc(sock->sk);
		sock_release(sock);
	}
	KUNIT_EXPECT_EQ(test, count_after_work(before), before);
}

/* As WireGuard's, which whoever has a namespace of his own can make. */
static void kernel_socket_of_another_namespace_stays_unmarked(struct kunit *test)
{
	struct socket *sock = new_socket(test);
	struct net *elsewhere = kunit_kzalloc(test, sizeof(*elsewhere), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, elsewhere);
	sock_net_set(sock->sk, elsewhere);
	sk_set_memalloc(sock->sk);
	sock_net_set(sock->sk, &init_net);
	KUNIT_EXPECT_FALSE(test, sock_flag(sock->sk, SOCK_MEMALLOC));
	sock_release(sock);
}

/* Swap must not depend on how many others are marked. */
static void kernel_socket_is_marked_when_the_list_is_full(struct kunit *test)
{
	const unsigned int nr = SOCK_MEMALLOC_MAX_MARKS + 1;
	struct socket **socks = kunit_kcalloc(test, nr, sizeof(*socks), GFP_KERNEL);
	int before = netswap_host()->sk_count();
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, socks);
	for (i = 0; i < nr; i++) {
		socks[i] = new_socket(test);
		sk_set_memalloc(socks[i]->sk);
	}
	KUNIT_EXPECT_TRUE(test, sock_flag(socks[i - 1]->sk, SOCK_MEMALLOC));
	while (i--) {
		sk_clear_memalloc(socks[i]->sk);
		KUNIT_EXPECT_FALSE(test, sock_flag(socks[i]->sk, SOCK_MEMALLOC));
		sock_release(socks[i]);
	}
	KUNIT_EXPECT_EQ(test, count_after_work(before), before);
}

static void control_packets_follow_the_mark(struct kunit *test)
{
	struct socket *sock = new_socket(test);

	KUNIT_EXPECT_EQ(test, sk_gfp_mask(sock->sk, GFP_ATOMIC), GFP_ATOMIC);
	sk_set_memalloc(sock->sk);
	/* Even where a layer above has overwritten sk_allocation. */
	sock->sk->sk_allocation = GFP_ATOMIC;
	KUNIT_EXPECT_EQ(test, sk_gfp_mask(sock->sk, GFP_ATOMIC),
			GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN);
	sk_clear_memalloc(sock->sk);
	sock_release(sock);
}

static void marked_packet_is_kept_by_marked_socket_only(struct kunit *test)
{
	struct socket *ordinary = new_socket(test), *marked = new_socket(test);
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	sk_set_memalloc(marked->sk);

	KUNIT_EXPECT_EQ(test, sk_filter(ordinary->sk, skb), 0);
	skb->pfmemalloc = 1;
	KUNIT_EXPECT_EQ(test, sk_filter(ordinary->sk, skb), -ENOMEM);
	KUNIT_EXPECT_EQ(test, sk_filter(marked->sk, skb), 0);

	kfree_skb(skb);
	sock_release(marked);
	sock_release(ordinary);
}

static void protocols_are_those_of_the_swap_path(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, sock_memalloc_protocol(htons(ETH_P_IP)));
	KUNIT_EXPECT_TRUE(test, sock_memalloc_protocol(htons(ETH_P_IPV6)));
	KUNIT_EXPECT_TRUE(test, sock_memalloc_protocol(htons(ETH_P_ARP)));
	KUNIT_EXPECT_TRUE(test, sock_memalloc_protocol(htons(ETH_P_8021Q)));
	KUNIT_EXPECT_FALSE(test, sock_memalloc_protocol(htons(ETH_P_AOE)));
	KUNIT_EXPECT_FALSE(test, sock_memalloc_protocol(htons(ETH_P_LLDP)));
}

/*
 * A page that came from the reserve serves entitled callers until it is used
 * up; anybody else gets a page of his own.
 */
static void frag_cache_lets_go_of_reserve_page(struct kunit *test)
{
	struct page_frag frag = {};
	struct page *page;

	page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page);
	set_page_pfmemalloc(page);
	frag.page = page;
	frag.size = PAGE_SIZE;

	KUNIT_EXPECT_TRUE(test, skb_page_frag_refill(64, &frag, GFP_ATOMIC |
						     __GFP_MEMALLOC));
	KUNIT_EXPECT_PTR_EQ(test, frag.page, page);
	KUNIT_EXPECT_TRUE(test, skb_page_frag_refill(64, &frag, GFP_KERNEL));
	KUNIT_EXPECT_PTR_NE(test, frag.page, page);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);

	put_page(frag.page);
	clear_page_pfmemalloc(page);
	put_page(page);
}

static struct kunit_case sock_memalloc_cases[] = {
	KUNIT_CASE(mark_is_set_once_and_counted),
	KUNIT_CASE(mark_dies_with_its_socket),
	KUNIT_CASE(kernel_socket_of_another_namespace_stays_unmarked),
	KUNIT_CASE(kernel_socket_is_marked_when_the_list_is_full),
	KUNIT_CASE(control_packets_follow_the_mark),
	KUNIT_CASE(marked_packet_is_kept_by_marked_socket_only),
	KUNIT_CASE(protocols_are_those_of_the_swap_path),
	KUNIT_CASE(frag_cache_lets_go_of_reserve_page),
	{}
};

static struct kunit_suite sock_memalloc_suite = {
	.name = "sock_memalloc",
	.init = sock_memalloc_kunit_init,
	.test_cases = sock_memalloc_cases,
};

static struct kunit_suite sock_holds_suite = SOCK_HOLDS_SUITE("sock_holds");
kunit_test_suites(&sock_memalloc_suite, &sock_holds_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite of sock_memalloc");
MODULE_LICENSE("GPL");
