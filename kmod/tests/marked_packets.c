// SPDX-License-Identifier: GPL-2.0
/*
 * Packets in reserve memory for the behaviour tests, without a shortage: they
 * carry the mark, and the payload of each is a page of its own, so that one can
 * tell afterwards who still holds it.
 *
 * A line "WAY DEVICE COUNT HEADERS" written to the parameter "send" sends COUNT
 * packets with these headers (hexadecimal, from the Ethernet header on) and a
 * payload of MARKED_PAYLOAD zeros:
 *
 *   receive   DEVICE has received them
 *   short     the same, one TCP segment after the other, while nothing is left
 *             but the reserve: in pages as receive rings have
 *   transmit  DEVICE shall transmit what this machine made
 *   pass      DEVICE shall transmit what came in elsewhere, as a bridge does
 *   route     IP shall find the way (DEVICE stands for nothing)
 *   gro       DEVICE has received them, and may put them together
 *   gro-plain the same, without the mark
 *   gro-end   nothing more will come: as if COUNT were 0
 *
 * But for "short" all COUNT packets are sent with bottom halves off. "held"
 * tells how many payloads are still in use, "refused" how many packets were not
 * taken.
 *
 * As long as the module is loaded, one socket is marked, and a UDP socket on
 * MARKED_TUNNEL_PORT keeps for a tunnel what it gets. With the parameter "track"
 * connections are tracked meanwhile.
 */
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/gro.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/udp_tunnel.h>

#include "gfp_memalloc.h"
#include "starve.h"

#define MARKED_HEADERS_MAX 128
#define MARKED_PAYLOAD 512
#define MARKED_TUNNEL_PORT 4790

struct payload {
	struct list_head node;
	struct page *page;
};

static DEFINE_MUTEX(lock);	/* protects the next two */
static LIST_HEAD(payloads);
static unsigned int refused;
static struct socket *marked;
static struct socket *tunnel;
static struct sk_buff_head tunnel_queue;
static struct net_device *gro_dev;	/* a device for nothing but its NAPI */
static struct napi_struct gro_napi;

static struct sk_buff *new_packet(const u8 *headers, unsigned int len, bool from_reserve)
{
	gfp_t gfp = from_reserve ? GFP_ATOMIC | __GFP_MEMALLOC : GFP_ATOMIC;
	struct payload *payload = kzalloc(sizeof(*payload), gfp);
	struct sk_buff *skb = alloc_skb(LL_MAX_HEADER + MARKED_HEADERS_MAX, gfp);

	if (from_reserve)
		gfp |= GFP_MEMALLOC_LATER;
	if (payload)
		payload->page = alloc_page(gfp | __GFP_ZERO);
	if (!skb || !payload || !payload->page) {
		kfree_skb(skb);
		kfree(payload);
		return NULL;
	}
	get_page(payload->page);
	list_add(&payload->node, &payloads);

	skb_reserve(skb, LL_MAX_HEADER);
	skb_put_data(skb, headers, len);
	skb_add_rx_frag(skb, 0, payload->page, 0, MARKED_PAYLOAD, PAGE_SIZE);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->pfmemalloc = 1;
	return skb;
}

static int transmit(struct sk_buff *skb, struct net_device *dev, int came_from)
{
	skb->dev = dev;
	skb->skb_iif = came_from;
	skb_reset_mac_header(skb);
	skb->protocol = eth_hdr(skb)->h_proto;
	skb_set_network_header(skb, ETH_HLEN);
	return dev_queue_xmit(skb);
}

static int route(struct sk_buff *skb)
{
	struct flowi4 flow = {};
	struct rtable *rt;

	skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	flow.daddr = ip_hdr(skb)->daddr;
	rt = ip_route_output_key(&init_net, &flow);
	if (IS_ERR(rt)) {
		kfree_skb(skb);
		return PTR_ERR(rt);
	}
	skb_dst_set(skb, &rt->dst);
	skb->protocol = htons(ETH_P_IP);
	return ip_local_out(&init_net, NULL, skb);
}

static int receive(struct sk_buff *skb, struct net_device *dev)
{
	skb->protocol = eth_type_trans(skb, dev);
	return netif_rx(skb);
}

static void receive_gro(struct sk_buff *skb, struct net_device *dev, bool mark)
{
	skb->pfmemalloc = mark;
	skb->protocol = eth_type_trans(skb, dev);
	napi_gro_receive(&gro_napi, skb);
}

static int send_one(const char *way, struct net_device *dev, const u8 *headers,
		    unsigned int len)
{
	struct sk_buff *skb = new_packet(headers, len, false);

	if (!skb)
		return -ENOMEM;
	if (!strcmp(way, "receive"))
		return receive(skb, dev);
	if (!strcmp(way, "transmit"))
		return transmit(skb, dev, 0);
	if (!strcmp(way, "pass"))
		return transmit(skb, dev, dev->ifindex);
	if (!strcmp(way, "route"))
		return route(skb);
	receive_gro(skb, dev, !strcmp(way, "gro"));
	return 0;
}

static void receive_short(struct net_device *dev, u8 *headers, unsigned int len,
			  unsigned int count)
{
	__be32 *sequence = (__be32 *)(headers + ETH_HLEN + sizeof(struct iphdr) +
				      offsetof(struct tcphdr, seq));
	struct starve starve;
	struct sk_buff *skb;

	starve_begin(&starve);
	while (count--) {
		starve_take(&starve, GFP_ATOMIC);
		local_bh_disable();
		skb = new_packet(headers, len, true);
		if (!skb || receive(skb, dev))
			refused++;
		local_bh_enable();
		put_unaligned_be32(get_unaligned_be32(sequence) + MARKED_PAYLOAD,
				   sequence);
	}
	starve_end(&starve);
}

static int send(const char *value, const struct kernel_param *param)
{
	char way[16], name[IFNAMSIZ], hex[2 * MARKED_HEADERS_MAX + 1];
	u8 headers[MARKED_HEADERS_MAX];
	unsigned int count, len, i;
	struct net_device *dev;

	if (sscanf(value, "%15s %15s %u %256s", way, name, &count, hex) != 4)
		return -EINVAL;
	len = strlen(hex) / 2;
	if (len < ETH_HLEN || hex2bin(headers, hex, len))
		return -EINVAL;
	dev = dev_get_by_name(&init_net, name);
	if (!dev)
		return -ENODEV;

	guard(mutex)(&lock);
	if (!strcmp(way, "short")) {
		receive_short(dev, headers, len, count);
		count = 0;
	}
	local_bh_disable();
	if (!strcmp(way, "gro-end")) {
		/* Its poll hands on what was put together. */
		napi_schedule(&gro_napi);
		count = 0;
	}
	for (i = 0; i < count; i++)
		if (send_one(way, dev, headers, len))
			refused++;
	local_bh_enable();
	dev_put(dev);
	return 0;
}

static const struct kernel_param_ops send_ops = { .set = send };

module_param_cb(send, &send_ops, NULL, 0200);
MODULE_PARM_DESC(send, "written: WAY DEVICE COUNT HEADERS");

static int held_payloads(char *text, const struct kernel_param *param)
{
	struct payload *payload, *next;
	unsigned int held = 0;

	guard(mutex)(&lock);
	list_for_each_entry_safe(payload, next, &payloads, node) {
		if (page_count(payload->page) > 1) {
			held++;
			continue;
		}
		put_page(payload->page);
		list_del(&payload->node);
		kfree(payload);
	}
	return sysfs_emit(text, "%u\n", held);
}

static const struct kernel_param_ops held_ops = { .get = held_payloads };

module_param_cb(held, &held_ops, NULL, 0400);
MODULE_PARM_DESC(held, "payloads that somebody still holds");

module_param(refused, uint, 0400);
MODULE_PARM_DESC(refused, "packets that were not taken");

/* As a tunnel that has to decrypt, or to bring packets in order. */
static int keep_for_tunnel(struct sock *sk, struct sk_buff *skb)
{
	skb_queue_tail(&tunnel_queue, skb);
	return 0;
}

/* For IPv4, too. */
static int open_tunnel(void)
{
	struct udp_port_cfg port = {
		.family = AF_INET6,
		.local_udp_port = htons(MARKED_TUNNEL_PORT),
	};
	struct udp_tunnel_sock_cfg config = {
		.encap_type = 1,
		.encap_rcv = keep_for_tunnel,
	};
	int err = udp_sock_create(&init_net, &port, &tunnel);

	if (!err)
		setup_udp_tunnel_sock(&init_net, tunnel, &config);
	return err;
}

static bool track;
module_param(track, bool, 0400);
MODULE_PARM_DESC(track, "track connections (default: no)");

static int empty_poll(struct napi_struct *napi, int budget)
{
	napi_complete_done(napi, 0);
	return 0;
}

static int __init marked_packets_init(void)
{
	int err;

	skb_queue_head_init(&tunnel_queue);
	/* Never registered. */
	gro_dev = alloc_etherdev(0);
	if (!gro_dev)
		return -ENOMEM;
	netif_napi_add(gro_dev, &gro_napi, empty_poll);
	napi_enable(&gro_napi);

	err = sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP,
			       &marked);
	if (err)
		goto err_socket;
	err = open_tunnel();
	if (err)
		goto err_tunnel;
	err = track ? nf_ct_netns_get(&init_net, NFPROTO_INET) : 0;
	if (err)
		goto err_track;
	sk_set_memalloc(marked->sk);
	return 0;

err_track:
	udp_tunnel_sock_release(tunnel);
err_tunnel:
	sock_release(marked);
err_socket:
	napi_disable(&gro_napi);
	netif_napi_del(&gro_napi);
	free_netdev(gro_dev);
	return err;
}
module_init(marked_packets_init);

static void __exit marked_packets_exit(void)
{
	struct payload *payload, *next;

	if (track)
		nf_ct_netns_put(&init_net, NFPROTO_INET);
	sk_clear_memalloc(marked->sk);
	sock_release(marked);
	udp_tunnel_sock_release(tunnel);
	skb_queue_purge(&tunnel_queue);
	napi_disable(&gro_napi);
	netif_napi_del(&gro_napi);
	free_netdev(gro_dev);
	list_for_each_entry_safe(payload, next, &payloads, node) {
		put_page(payload->page);
		kfree(payload);
	}
}
module_exit(marked_packets_exit);

MODULE_DESCRIPTION("Sends packets in reserve memory, and tells who holds them");
MODULE_LICENSE("GPL");
