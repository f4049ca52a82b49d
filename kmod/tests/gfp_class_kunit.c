// SPDX-License-Identifier: GPL-2.0
/* To which class each context and each kind of caller belongs. */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/if_arp.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/sched/mm.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "answerer.h"
#include "entitled.h"
#include "gfp_memalloc.h"
#include "netswap.h"

static void class_tells_receive_from_reclaim(struct kunit *test)
{
	unsigned int flags;

	KUNIT_EXPECT_EQ(test, gfp_memalloc_class(GFP_ATOMIC | __GFP_MEMALLOC),
			GFP_MEMALLOC_RECEIVE);
	KUNIT_EXPECT_EQ(test, gfp_memalloc_class(GFP_ATOMIC | __GFP_MEMALLOC |
						 GFP_MEMALLOC_LATER),
			GFP_MEMALLOC_REFILL);
	/* The first attempt at a slab's pages, which may be of any order. */
	KUNIT_EXPECT_EQ(test, gfp_memalloc_class(GFP_ATOMIC | __GFP_MEMALLOC |
						 __GFP_NORETRY),
			GFP_MEMALLOC_RECEIVE);
	flags = memalloc_noreclaim_save();
	KUNIT_EXPECT_EQ(test, gfp_memalloc_class(GFP_NOIO), GFP_MEMALLOC_RECLAIM);
	KUNIT_EXPECT_EQ(test, gfp_memalloc_class(GFP_NOIO | __GFP_MEMALLOC),
			GFP_MEMALLOC_TRANSMIT);
	/* It is never refused, but who asks so receives nothing. */
	KUNIT_EXPECT_EQ(test, gfp_memalloc_class(GFP_NOIO | __GFP_NOFAIL),
			GFP_MEMALLOC_RECLAIM);
	memalloc_noreclaim_restore(flags);
}

struct seen {
	struct tasklet_struct tasklet;
	struct irq_work irq_work;
	struct packet_type type;
	bool called;
	enum gfp_memalloc_class class;
};

static void see_in_softirq(struct tasklet_struct *tasklet)
{
	struct seen *seen = container_of(tasklet, struct seen, tasklet);
	unsigned int flags = memalloc_noreclaim_save();

	seen->class = gfp_memalloc_class(GFP_ATOMIC);
	memalloc_noreclaim_restore(flags);
	seen->called = true;
}

static void softirq_is_receive(struct kunit *test)
{
	struct seen seen = {};

	tasklet_setup(&seen.tasklet, see_in_softirq);
	tasklet_schedule(&seen.tasklet);
	tasklet_kill(&seen.tasklet);

	KUNIT_ASSERT_TRUE(test, seen.called);
	KUNIT_EXPECT_EQ(test, seen.class, GFP_MEMALLOC_RECEIVE);
}

static void see_in_hardirq(struct irq_work *work)
{
	struct seen *seen = container_of(work, struct seen, irq_work);

	seen->class = gfp_memalloc_class(GFP_ATOMIC | __GFP_MEMALLOC);
	WRITE_ONCE(seen->called, true);
}

/* A driver that receives in its interrupt may interrupt a reclaimer. */
static void hardirq_is_not_the_task_it_interrupts(struct kunit *test)
{
	struct seen seen = { .irq_work = IRQ_WORK_INIT_HARD(see_in_hardirq) };
	unsigned int flags = memalloc_noreclaim_save();

	preempt_disable();
	irq_work_queue(&seen.irq_work);
	preempt_enable();
	irq_work_sync(&seen.irq_work);
	memalloc_noreclaim_restore(flags);

	KUNIT_ASSERT_TRUE(test, seen.called);
	KUNIT_EXPECT_EQ(test, seen.class, GFP_MEMALLOC_RECEIVE);
}

/* What the qdisc or the driver asks for while a reclaimer's page is sent. */
static void transmit_with_bottom_halves_off_is_reclaim(struct kunit *test)
{
	unsigned int flags = memalloc_noreclaim_save();
	enum gfp_memalloc_class asks, may_use;

	local_bh_disable();
	asks = gfp_memalloc_class(GFP_ATOMIC);
	may_use = gfp_memalloc_class(GFP_ATOMIC | __GFP_MEMALLOC);
	local_bh_enable();
	memalloc_noreclaim_restore(flags);

	KUNIT_EXPECT_EQ(test, asks, GFP_MEMALLOC_RECLAIM);
	KUNIT_EXPECT_EQ(test, may_use, GFP_MEMALLOC_TRANSMIT);
}

static int see_packet(struct sk_buff *skb, struct net_device *dev,
		      struct packet_type *type, struct net_device *orig)
{
	struct seen *seen = type->af_packet_priv;

	seen->class = gfp_memalloc_class(GFP_ATOMIC);
	seen->called = current->flags & PF_MEMALLOC && !in_serving_softirq();
	kfree_skb(skb);
	return NET_RX_SUCCESS;
}

/* A marked packet that a NAPI thread brings, or a busy poller: no softirq. */
static void marked_packet_is_receive(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(ETH_HLEN + 64, GFP_KERNEL);
	enum gfp_memalloc_class after;
	struct seen seen = {
		.type = {
			.type = htons(ETH_P_ARP),
			.dev = init_net.loopback_dev,
			.func = see_packet,
			.af_packet_priv = &seen,
		},
	};
	struct socket *marked;
	unsigned int flags;

	if (answered_by(MEMRESERVE_SOCK, "bare")) {
		kfree_skb(skb);
		kunit_skip(test, "with the policy bare no packet has PF_MEMALLOC");
	}
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM,
					       IPPROTO_TCP, &marked), 0);
	sk_set_memalloc(marked->sk);
	dev_add_pack(&seen.type);
	skb_put_zero(skb, 64);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb->dev = init_net.loopback_dev;
	skb->protocol = htons(ETH_P_ARP);
	skb->pfmemalloc = true;

	local_bh_disable();
	netif_receive_skb(skb);
	flags = memalloc_noreclaim_save();
	after = gfp_memalloc_class(GFP_ATOMIC);
	memalloc_noreclaim_restore(flags);
	local_bh_enable();
	dev_remove_pack(&seen.type);
	sk_clear_memalloc(marked->sk);
	sock_release(marked);

	KUNIT_ASSERT_TRUE(test, seen.called);
	KUNIT_EXPECT_EQ(test, seen.class, GFP_MEMALLOC_RECEIVE);
	KUNIT_EXPECT_EQ(test, after, GFP_MEMALLOC_RECLAIM);
}

/* As user space's: KUnit's cases run in threads of the kernel. */
static enum gfp_memalloc_class class_in_user_task(gfp_t gfp)
{
	unsigned int kthread = current->flags & PF_KTHREAD;
	enum gfp_memalloc_class class;
	unsigned long flags;

	local_irq_save(flags);
	current->flags &= ~PF_KTHREAD;
	class = gfp_memalloc_class(gfp);
	current->flags |= kthread;
	local_irq_restore(flags);
	return class;
}

static void sender_on_marked_socket_transmits(struct kunit *test)
{
	const gfp_t sends = GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOWARN;
	enum gfp_memalloc_class in_softirq;

	KUNIT_EXPECT_EQ(test, gfp_memalloc_class(sends), GFP_MEMALLOC_TRANSMIT);
	KUNIT_EXPECT_EQ(test, gfp_memalloc_class(sends & ~__GFP_IO),
			GFP_MEMALLOC_TRANSMIT);
	/* What it splits and clones, in sendmsg(); a driver's thread receives. */
	KUNIT_EXPECT_EQ(test, class_in_user_task(GFP_ATOMIC | __GFP_MEMALLOC),
			GFP_MEMALLOC_TRANSMIT);
	KUNIT_EXPECT_EQ(test, gfp_memalloc_class(GFP_ATOMIC | __GFP_MEMALLOC),
			GFP_MEMALLOC_RECEIVE);
	/* Who sets an interface up fills its ring, and sends nothing. */
	KUNIT_EXPECT_EQ(test, class_in_user_task(GFP_ATOMIC | __GFP_MEMALLOC |
						 GFP_MEMALLOC_LATER),
			GFP_MEMALLOC_REFILL);
	/* Its acknowledgements and what it sends again, from a timer. */
	local_bh_disable();
	in_softirq = gfp_memalloc_class(GFP_ATOMIC | __GFP_MEMALLOC);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, in_softirq, GFP_MEMALLOC_RECEIVE);
}

static void granted_thread_is_receive(struct kunit *test)
{
	enum gfp_memalloc_class granted, after;
	enum memreserve_depth depth;
	unsigned int flags;

	KUNIT_ASSERT_FALSE(test, netswap_task_granted());
	KUNIT_ASSERT_EQ(test, netswap_task_grant(true), 0);
	KUNIT_EXPECT_EQ(test, netswap_task_grant(true), 0);
	KUNIT_EXPECT_TRUE(test, netswap_task_granted());
	depth = netswap_entitled(GFP_KERNEL);
	granted = gfp_memalloc_class(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, netswap_task_grant(false), 0);
	KUNIT_EXPECT_EQ(test, netswap_task_grant(false), -ENOENT);

	KUNIT_EXPECT_EQ(test, depth, MEMRESERVE_DEPTH_FULL);
	KUNIT_EXPECT_EQ(test, granted, GFP_MEMALLOC_RECEIVE);
	KUNIT_EXPECT_FALSE(test, current->flags & PF_MEMALLOC);
	KUNIT_EXPECT_FALSE(test, netswap_task_granted());
	flags = memalloc_noreclaim_save();
	after = gfp_memalloc_class(GFP_KERNEL);
	memalloc_noreclaim_restore(flags);
	KUNIT_EXPECT_EQ(test, after, GFP_MEMALLOC_RECLAIM);
}

static struct kunit_case gfp_class_cases[] = {
	KUNIT_CASE(class_tells_receive_from_reclaim),
	KUNIT_CASE(softirq_is_receive),
	KUNIT_CASE(hardirq_is_not_the_task_it_interrupts),
	KUNIT_CASE(transmit_with_bottom_halves_off_is_reclaim),
	KUNIT_CASE(marked_packet_is_receive),
	KUNIT_CASE(sender_on_marked_socket_transmits),
	KUNIT_CASE(granted_thread_is_receive),
	{}
};

static struct kunit_suite gfp_class_suite = {
	.name = "gfp_class",
	.test_cases = gfp_class_cases,
};
kunit_test_suite(gfp_class_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite of gfp_memalloc's classes");
MODULE_LICENSE("GPL");
