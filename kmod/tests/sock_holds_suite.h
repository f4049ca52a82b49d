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
#include <linux/delay.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/sched/mm.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include <net/tls.h>
#include <net/udp.h>

#include "answerer.h"
#include "netswap.h"
#include "starve.h"
#include "tracked.h"

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
 * gone. Return: the last result of writing; @queued: the reader has reserve
 * memory, for as long as it likes.
 */
static int write_to_process(struct kunit *test, bool mark, bool *queued)
{
	struct kvec line = { .iov_base = "line", .iov_len = 4 };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
	struct socket *ours, *theirs;
	unsigned int flags;
	struct starve starve;
	int i, ret = 0;

	*queued = false;
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_UNIX, SOCK_STREAM,
					       0, &ours), 0);
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_UNIX, SOCK_STREAM,
					       0, &theirs), 0);
	KUNIT_ASSERT_EQ(test, ours->ops->socketpair(ours, theirs), 0);
	ours->sk->sk_sndbuf = SZ_32M;
	if (mark)
		sk_set_memalloc(ours->sk);

	starve_begin(&starve);
	starve_take(&starve, GFP_ATOMIC);
	flags = memalloc_noreclaim_save();
	/* Caches are used up first, and what others free meanwhile. */
	for (i = 0; i < 20000 && ret >= 0 && !*queued; i++) {
		ret = kernel_sendmsg(ours, &msg, &line, 1, line.iov_len);
		if (ret >= 0)
			*queued = skb_pfmemalloc(skb_peek_tail(&theirs->sk->sk_receive_queue));
	}
	memalloc_noreclaim_restore(flags);
	starve_end(&starve);

	if (mark)
		sk_clear_memalloc(ours->sk);
	sock_release(ours);
	sock_release(theirs);
	return ret;
}

static void stream_to_process_gets_no_reserve(struct kunit *test)
{
	bool queued;
	int ret = write_to_process(test, false, &queued);

	KUNIT_EXPECT_EQ(test, queued, !answers());
	if (answers())
		KUNIT_EXPECT_EQ(test, ret, -ENOBUFS);
}

/* As nbd's to a server on this machine. */
static void stream_of_marked_socket_gets_reserve(struct kunit *test)
{
	bool queued;

	KUNIT_EXPECT_GE(test, write_to_process(test, true, &queued), 0);
	KUNIT_EXPECT_TRUE(test, queued);
}

static struct socket *new_stream(struct kunit *test)
{
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM,
					       IPPROTO_TCP, &sock), 0);
	return sock;
}

/* A connection over loopback: @client, and what @listener accepted. */
static struct socket *
accept_from(struct kunit *test, struct socket *listener, struct socket *client)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr *address = (struct sockaddr *)&at;
	struct socket *accepted;

	KUNIT_ASSERT_EQ(test, kernel_bind(listener, address, sizeof(at)), 0);
	KUNIT_ASSERT_EQ(test, kernel_listen(listener, 1), 0);
	KUNIT_ASSERT_GT(test, kernel_getsockname(listener, address), 0);
	KUNIT_ASSERT_EQ(test, kernel_connect(client, address, sizeof(at), 0), 0);
	KUNIT_ASSERT_EQ(test, kernel_accept(listener, &accepted, 0), 0);
	return accepted;
}

/* The kernel copies the mark, and counts the copy nowhere. */
static void accepted_socket_does_not_inherit_mark(struct kunit *test)
{
	struct socket *listener = new_stream(test), *client = new_stream(test);
	struct socket *accepted;
	bool copied;

	sk_set_memalloc(listener->sk);
	copied = sock_flag(listener->sk, SOCK_MEMALLOC) && !answers();
	accepted = accept_from(test, listener, client);

	KUNIT_EXPECT_EQ(test, sock_flag(accepted->sk, SOCK_MEMALLOC), copied);
	KUNIT_EXPECT_EQ(test, !!(accepted->sk->sk_allocation & __GFP_MEMALLOC), copied);

	sock_release(accepted);
	sock_release(client);
	sk_clear_memalloc(listener->sk);
	sock_release(listener);
}

/* Or nobody could bring a connection back where connections are tracked. */
static void what_marked_socket_sends_is_tracked(struct kunit *test)
{
	struct holds *holds = test->priv;
	struct socket *other = new_stream(test);

	KUNIT_EXPECT_TRUE(test, is_tracked(test, holds->marked->sk));
	KUNIT_EXPECT_EQ(test, is_tracked(test, other->sk), !answers());
	sock_release(other);
}

static gfp_t tls_allocates_with;	/* 0: no record has come yet */

static void note_gfp(struct sock *sk)
{
	WRITE_ONCE(tls_allocates_with, sk->sk_allocation);
}

/* TLS in the kernel puts records together in softirq, with a gfp of its own. */
static void tls_keeps_grant(struct kunit *test)
{
	struct tls12_crypto_info_aes_gcm_128 keys = {
		.info = { TLS_1_2_VERSION, TLS_CIPHER_AES_GCM_128 },
	};
	/* Type, version, length; what follows nobody decrypts. */
	u8 record[5 + 40] = { 23, 3, 3, 0, sizeof(record) - 5 };
	struct socket *listener = new_stream(test), *client = new_stream(test);
	struct kvec line = { .iov_base = record, .iov_len = sizeof(record) };
	struct msghdr msg = {};
	struct socket *server;
	int tries;

	server = accept_from(test, listener, client);
	server->sk->sk_data_ready = note_gfp;
	KUNIT_ASSERT_EQ(test, server->ops->setsockopt(server, SOL_TCP, TCP_ULP,
						      KERNEL_SOCKPTR("tls"), 3), 0);
	KUNIT_ASSERT_EQ(test, server->ops->setsockopt(server, SOL_TLS, TLS_RX,
						      KERNEL_SOCKPTR(&keys),
						      sizeof(keys)), 0);
	sk_set_memalloc(server->sk);
	WRITE_ONCE(tls_allocates_with, 0);
	KUNIT_EXPECT_EQ(test, kernel_sendmsg(client, &msg, &line, 1, line.iov_len),
			(int)sizeof(record));
	for (tries = 0; tries < 100 && !READ_ONCE(tls_allocates_with); tries++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(tls_allocates_with), answers() ?
			GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN : GFP_ATOMIC);

	sk_clear_memalloc(server->sk);
	sock_release(server);
	sock_release(client);
	sock_release(listener);
}

static struct kunit_case sock_holds_cases[] = {
	KUNIT_CASE(accepted_socket_does_not_inherit_mark),
	KUNIT_CASE(tls_keeps_grant),
	KUNIT_CASE(what_marked_socket_sends_is_tracked),
	KUNIT_CASE(marked_and_unmarked_stay_apart),
	KUNIT_CASE(limits_of_all_do_not_bind_marked_socket),
	KUNIT_CASE(stream_to_process_gets_no_reserve),
	KUNIT_CASE(stream_of_marked_socket_gets_reserve),
	{}
};

#define SOCK_HOLDS_SUITE(suite_name) { \
	.name = suite_name, \
	.init = sock_holds_init, \
	.exit = sock_holds_exit, \
	.test_cases = sock_holds_cases, \
}

#endif /* _NETSWAP_TESTS_SOCK_HOLDS_SUITE_H */
