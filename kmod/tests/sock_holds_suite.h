/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What sock_memalloc decides where packets are merged and limits are reached.
 *
 * Each case also says what the kernel does by itself: two modules run them, one
 * with sock_memalloc and one without, as the control.
 */
#ifndef _NETSWAP_TESTS_SOCK_HOLDS_SUITE_H
#define _NETSWAP_TESTS_SOCK_HOLDS_SUITE_H

#include <kunit/test.h>
#include <linux/net.h>
#include <linux/sched/mm.h>
#include <linux/skbuff.h>
#include <net/sock.h>
#include <net/udp.h>

#include "answerer.h"
#include "netswap.h"
#include "starve.h"

static bool answers(void)
{
	return answered_by(MEMRESERVE_SOCK, "module:sock_memalloc");
}

struct holds {
	struct socket *marked;
};

/* While no socket is marked nobody is asked. */
static int sock_holds_init(struct kunit *test)
{
	struct holds *holds = kunit_kzalloc(test, sizeof(*holds), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, holds);
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM,
					       IPPROTO_TCP, &holds->marked), 0);
	sk_set_memalloc(holds->marked->sk);
	test->priv = holds;
	return 0;
}

static void sock_holds_exit(struct kunit *test)
{
	struct holds *holds = test->priv;

	sk_clear_memalloc(holds->marked->sk);
	sock_release(holds->marked);
}

static struct sk_buff *new_skb(struct kunit *test, bool marked)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_NOT_NULL(test, page);
	skb_add_rx_frag(skb, 0, page, 0, 256, PAGE_SIZE);
	skb->pfmemalloc = marked;
	return skb;
}

/* Return: whether the second became a part of the first. */
static bool coalesces(struct kunit *test, bool first, bool second)
{
	struct sk_buff *to = new_skb(test, first), *from = new_skb(test, second);
	bool stolen = false, done;
	int delta;

	done = skb_try_coalesce(to, from, &stolen, &delta);
	if (done)
		kfree_skb_partial(from, stolen);
	else
		kfree_skb(from);
	kfree_skb(to);
	return done;
}

static void marked_and_unmarked_stay_apart(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, coalesces(test, false, false));
	KUNIT_EXPECT_TRUE(test, coalesces(test, true, true));
	KUNIT_EXPECT_EQ(test, coalesces(test, false, true), !answers());
	KUNIT_EXPECT_EQ(test, coalesces(test, true, false), !answers());
}

/* Return: the error of queueing a datagram at a socket without room left. */
static int queue_beyond_limits(struct kunit *test, bool mark)
{
	struct sk_buff *skb = new_skb(test, false);
	long limits[3], *now = sysctl_udp_mem;
	const long over[3] = { -1, -1, -1 };
	struct socket *sock;
	int err;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_DGRAM,
					       IPPROTO_UDP, &sock), 0);
	if (mark)
		sk_set_memalloc(sock->sk);
	memcpy(limits, now, sizeof(limits));
	memcpy(now, over, sizeof(over));
	local_bh_disable();
	err = __udp_enqueue_schedule_skb(sock->sk, skb);
	local_bh_enable();
	memcpy(now, limits, sizeof(limits));

	if (err)
		kfree_skb(skb);
	if (mark)
		sk_clear_memalloc(sock->sk);
	sock_release(sock);
	return err;
}

static void limits_of_all_do_not_bind_marked_socket(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, queue_beyond_limits(test, false), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, queue_beyond_limits(test, true),
			answers() ? 0 : -ENOBUFS);
}

/*
 * A task that may use the reserve writes to an AF_UNIX stream while memory is
 * gone: what it writes would stay there until somebody reads it.
 */
static void stream_to_process_gets_no_reserve(struct kunit *test)
{
	struct kvec line = { .iov_base = "line", .iov_len = 4 };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
	struct socket *ours, *theirs;
	unsigned int flags;
	struct starve starve;
	struct sk_buff *skb;
	bool queued = false;
	int i, ret = 0;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_UNIX, SOCK_STREAM,
					       0, &ours), 0);
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_UNIX, SOCK_STREAM,
					       0, &theirs), 0);
	KUNIT_ASSERT_EQ(test, ours->ops->socketpair(ours, theirs), 0);

	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	flags = memalloc_noreclaim_save();
	for (i = 0; i < 200 && ret >= 0; i++)
		ret = kernel_sendmsg(ours, &msg, &line, 1, line.iov_len);
	memalloc_noreclaim_restore(flags);
	starve_end(&starve);

	skb_queue_walk(&theirs->sk->sk_receive_queue, skb)
		queued |= skb_pfmemalloc(skb);
	KUNIT_EXPECT_EQ(test, queued, !answers());
	if (answers())
		KUNIT_EXPECT_EQ(test, ret, -ENOBUFS);

	sock_release(ours);
	sock_release(theirs);
}

static struct kunit_case sock_holds_cases[] = {
	KUNIT_CASE(marked_and_unmarked_stay_apart),
	KUNIT_CASE(limits_of_all_do_not_bind_marked_socket),
	KUNIT_CASE(stream_to_process_gets_no_reserve),
	{}
};

#define SOCK_HOLDS_SUITE(suite_name) { \
	.name = suite_name, \
	.init = sock_holds_init, \
	.exit = sock_holds_exit, \
	.test_cases = sock_holds_cases, \
}

#endif /* _NETSWAP_TESTS_SOCK_HOLDS_SUITE_H */
