// SPDX-License-Identifier: GPL-2.0
/* A task that polls a device. */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/etherdevice.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/skbuff.h>
#include <net/busy_poll.h>

#define PROTOCOL 0x88b5 /* for experiments */

/* A device without hardware, and what was seen of its packets. */
static struct net_device *dev;
static struct napi_struct napi;
static unsigned int polls;
static unsigned int delivered;
static unsigned int delivered_noreclaim;

static int deliver(struct sk_buff *skb, struct net_device *from,
		   struct packet_type *type, struct net_device *orig)
{
	delivered++;
	delivered_noreclaim += !!(current->flags & PF_MEMALLOC);
	kfree_skb(skb);
	return NET_RX_SUCCESS;
}

static struct packet_type tap = {
	.type = cpu_to_be16(PROTOCOL),
	.func = deliver,
};

static void receive(void)
{
	struct sk_buff *skb = netdev_alloc_skb(dev, ETH_ZLEN);

	if (!skb)
		return;
	skb->dev = dev;
	skb->protocol = cpu_to_be16(PROTOCOL);
	skb_put_zero(skb, ETH_ZLEN);
	skb_reset_mac_header(skb);
	list_add_tail(&skb->list, &napi.rx_list);
	napi.rx_count++;
}

static int poll_once(struct napi_struct *polled, int budget)
{
	polls++;
	if (polls == 1) {
		receive();
		return 1;
	}
	napi_complete_done(polled, 0);
	return 0;
}

/* What another CPU may do before this one is back in its loop. */
static int poll_and_lose_it(struct napi_struct *polled, int budget)
{
	polls++;
	if (napi_complete_done(polled, 0))
		receive();
	return 0;
}

static void begin(struct kunit *test, int (*poll)(struct napi_struct *, int))
{
	dev = alloc_etherdev(0);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	polls = 0;
	delivered = 0;
	delivered_noreclaim = 0;
	netif_napi_add(dev, &napi, poll);
	napi_enable(&napi);
	dev_add_pack(&tap);
}

/* Return: how many packets were left. */
static unsigned int end(void)
{
	struct sk_buff *skb, *next;
	unsigned int left = 0;

	dev_remove_pack(&tap);
	napi_disable(&napi);
	list_for_each_entry_safe(skb, next, &napi.rx_list, list) {
		skb_list_del_init(skb);
		kfree_skb(skb);
		left++;
	}
	napi.rx_count = 0;
	netif_napi_del(&napi);
	free_netdev(dev);
	return left;
}

static void packets_are_processed_without_the_tasks_right(struct kunit *test)
{
	unsigned int flags;

	begin(test, poll_once);
	flags = memalloc_noreclaim_save();
	napi_busy_loop(napi.napi_id, NULL, NULL, false, 8);
	KUNIT_EXPECT_TRUE(test, current->flags & PF_MEMALLOC);
	memalloc_noreclaim_restore(flags);
	KUNIT_EXPECT_EQ(test, end(), 0);
	/* Once as the loop, once to have interrupts again. */
	KUNIT_EXPECT_EQ(test, polls, 2);
	KUNIT_EXPECT_EQ(test, delivered, 1);
	KUNIT_EXPECT_EQ(test, delivered_noreclaim, 0);
}

static void packets_of_the_next_poller_are_left_alone(struct kunit *test)
{
	begin(test, poll_and_lose_it);
	napi_busy_loop(napi.napi_id, NULL, NULL, false, 8);
	KUNIT_EXPECT_EQ(test, polls, 2);
	KUNIT_EXPECT_EQ(test, delivered, 0);
	KUNIT_EXPECT_EQ(test, end(), 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(packets_are_processed_without_the_tasks_right),
	KUNIT_CASE(packets_of_the_next_poller_are_left_alone),
	{}
};

static struct kunit_suite suite = {
	.name = "busy_poll",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_DESCRIPTION("netswap: tests of tasks that poll a device");
MODULE_LICENSE("GPL");
