// SPDX-License-Identifier: GPL-2.0
/*
 * No socket is marked, and some of the reserve is still in use. A module of its
 * own: nothing of the reserve may be when it begins.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/net.h>
#include <net/sock.h>

#include "accounts.h"
#include "answerer.h"
#include "netswap.h"
#include "reserve.h"
#include "sock_memalloc.h"
#include "tracked.h"

#define WAIT_MS 2000

static int sock_late_init(struct kunit *test)
{
	int tries;

	/* A symbol of it has it loaded. */
	if (!sock_memalloc_protocol(htons(ETH_P_IP)) ||
	    !answered_by(MEMRESERVE_SOCK, "module:sock_memalloc"))
		return -ENODEV;
	/* Marks of sockets that were closed go a little later. */
	for (tries = 0; tries < 100 && static_key_enabled(&memalloc_socks_key); tries++)
		msleep(20);
	return static_key_enabled(&memalloc_socks_key) ? -EBUSY : 0;
}

/* Disconnected, but what its packets took is not all back. */
static void nothing_is_held_while_reserve_is_used(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct socket *other;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_DGRAM,
					       IPPROTO_UDP, &other), 0);
	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, WAIT_MS), 0);
	netswap_charge(page, 0, NETSWAP_CHARGE_PACKETS);
	KUNIT_EXPECT_FALSE(test, is_tracked(test, other->sk));
	netswap_uncharge(page, 0);
	KUNIT_EXPECT_TRUE(test, is_tracked(test, other->sk));

	netswap_tree_activate("total", false, 0);
	sock_release(other);
	__free_page(page);
}

static struct kunit_case sock_late_cases[] = {
	KUNIT_CASE(nothing_is_held_while_reserve_is_used),
	{}
};

static struct kunit_suite sock_late_suite = {
	.name = "sock_late",
	.suite_init = with_accounts,
	.init = sock_late_init,
	.test_cases = sock_late_cases,
};
kunit_test_suite(sock_late_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite: what is late");
MODULE_LICENSE("GPL");
