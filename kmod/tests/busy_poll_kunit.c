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
#include <linux/time64.h>
#include <net/busy_poll.h>
#include <net/gro.h>

#define PROTOCOL 0x88b5 /* for experiments */

/* A device without hardware, and what was seen of its packets. */
static struct net_device *dev;
static struct napi_struct napi;
static unsigned int polls;
static unsigned int delivered;
static unsigned int delivered_noreclaim;
static bool held;

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

/* Of a protocol whose packets GRO would like more of before it passes them on. */
static struct sk_buff *keep(struct list_head *held, struct sk_buff *skb)
{
	NAPI_GRO_CB(skb)->flush = 0;
	return NULL;
}

static struct packet_offload offload = {
	.type = cpu_to_be16(PROTOCOL),
	.callbacks.gro_receive = keep,
};

static struct sk_buff *packet(void)
{
	struct sk_buff *skb = netdev_alloc_skb(dev, ETH_ZLEN);

	if (!skb)
		return NULL;
	skb->dev = dev;
	skb->protocol = cpu_to_be16(PROTOCOL);
	skb_put_zero(skb, ETH_ZLEN);
	skb_reset_mac_header(skb);
	return skb;
}

static void receive(void)
{
	struct sk_buff *skb = packet();

	if (!skb)
		return;
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

/* The last one uses its budget up and leaves a packet with GRO. */
static int poll_and_hold(struct napi_struct *polled, int budget)
{
	struct sk_buff *skb;

	polls++;
	if (polls != 2)
		return 0;
	skb = packet();
	if (skb)
		napi_gro_receive(polled, skb);
	held = polled->gro_bitmask != 0;
	return budget;
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
	held = false;
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

/* Who polls may ask for it that interrupts stay off: then GRO is flushed at the end. */
static void what_gro_held_is_processed_without_it_too(struct kunit *test)
{
	unsigned int flags;

	begin(test, poll_and_hold);
	dev->features |= NETIF_F_GRO;
	dev->napi_defer_hard_irqs = 1;
	dev->gro_flush_timeout = 10 * NSEC_PER_SEC;
	dev_add_offload(&offload);
	flags = memalloc_noreclaim_save();
	napi_busy_loop(napi.napi_id, NULL, NULL, true, 8);
	memalloc_noreclaim_restore(flags);
	dev_remove_offload(&offload);
	KUNIT_EXPECT_TRUE(test, held);
	KUNIT_EXPECT_EQ(test, end(), 0);
	KUNIT_EXPECT_EQ(test, polls, 2);
	KUNIT_EXPECT_EQ(test, delivered, 1);
	KUNIT_EXPECT_EQ(test, delivered_noreclaim, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(packets_are_processed_without_the_tasks_right),
	KUNIT_CASE(packets_of_the_next_poller_are_left_alone),
	KUNIT_CASE(what_gro_held_is_processed_without_it_too),
	{}
};

static struct kunit_suite suite = {
	.name = "busy_poll",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_DESCRIPTION("netswap: tests of tasks that poll a device");
MODULE_LICENSE("GPL");
