/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NETSWAP_TESTS_TRACKED_H
#define _NETSWAP_TESTS_TRACKED_H

#include <kunit/test.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/sock.h>

/* Return: whether a datagram in reserve memory that @sk sends is tracked. */
static inline bool is_tracked(struct kunit *test, struct sock *sk)
{
	struct nf_hook_state state = {
		.hook = NF_INET_LOCAL_OUT,
		.pf = NFPROTO_IPV4,
		.net = &init_net,
		.sk = sk,
	};
	const struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tot_len = htons(sizeof(struct iphdr) + sizeof(struct udphdr)),
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.saddr = htonl(INADDR_LOOPBACK),
		.daddr = htonl(INADDR_LOOPBACK),
	};
	const struct udphdr udp = {
		.source = htons(4000),
		.dest = htons(9),
		.len = htons(sizeof(udp)),
	};
	struct sk_buff *skb = alloc_skb(sizeof(ip) + sizeof(udp), GFP_KERNEL);
	bool tracked;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	skb_put_data(skb, &ip, sizeof(ip));
	skb_put_data(skb, &udp, sizeof(udp));
	skb->protocol = htons(ETH_P_IP);
	skb->pfmemalloc = 1;
	skb->sk = sk;
	local_bh_disable();
	tracked = nf_conntrack_in(skb, &state) == NF_ACCEPT && skb_nfct(skb);
	local_bh_enable();
	skb->sk = NULL;
	kfree_skb(skb);
	return tracked;
}

#endif /* _NETSWAP_TESTS_TRACKED_H */
