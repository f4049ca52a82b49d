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
#include <linux/sched/mm.h>
#include <net/route.h>
#include <net/sock.h>

#include "accounts.h"
#include "answerer.h"
#include "netswap.h"
#include "reserve.h"
#include "sock_memalloc.h"
#include "starve.h"
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

#define MANY_ROUTES 512

static bool in_marked_slab(const void *object)
{
	return folio_test_active(virt_to_folio(object));
}

static struct rtable *route_to_ourselves(void)
{
	struct flowi4 flow = { .daddr = htonl(INADDR_LOOPBACK) };
	struct rtable *rt = ip_route_output_key(&init_net, &flow);

	return IS_ERR(rt) ? NULL : rt;
}

static void put_route(struct rtable *rt)
{
	if (rt)
		dst_release(&rt->dst);
}

/*
 * Return: is the route that is made while memory is gone there for all?
 * @accounts: somebody keeps them, so it is to be in a page that is charged.
 */
static bool caches_route(struct kunit *test, bool accounts)
{
	struct rtable **others = kunit_kcalloc(test, MANY_ROUTES, sizeof(*others), GFP_KERNEL);
	struct rtable *made, *found;
	unsigned int n, flags;
	struct starve starve;
	bool enough = false, marked, cached;

	KUNIT_ASSERT_NOT_NULL(test, others);
	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	flags = memalloc_noreclaim_save();
	local_bh_disable();
	/* Slabs are used up first. */
	for (n = 0; n < MANY_ROUTES && !enough; n++) {
		others[n] = rt_dst_alloc(init_net.loopback_dev, 0, RTN_LOCAL, true);
		enough = accounts ? atomic_read(netswap_host()->charged) :
				    others[n] && in_marked_slab(others[n]);
	}
	rt_genid_bump_ipv4(&init_net);
	made = route_to_ourselves();
	found = route_to_ourselves();
	local_bh_enable();
	memalloc_noreclaim_restore(flags);
	marked = made && in_marked_slab(made);
	cached = made == found;

	put_route(made);
	put_route(found);
	while (n--)
		put_route(others[n]);
	starve_end(&starve);
	KUNIT_EXPECT_TRUE(test, marked);
	return cached;
}

static void route_in_reserve_memory_is_not_cached(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, caches_route(test, false));
	KUNIT_ASSERT_EQ(test, netswap_tree_activate("total", true, WAIT_MS), 0);
	KUNIT_EXPECT_FALSE(test, caches_route(test, true));
	netswap_tree_activate("total", false, 0);
	/* Those that are left from here go. */
	rt_genid_bump_ipv4(&init_net);
}

static struct kunit_case sock_late_cases[] = {
	KUNIT_CASE(nothing_is_held_while_reserve_is_used),
	KUNIT_CASE(route_in_reserve_memory_is_not_cached),
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
