// SPDX-License-Identifier: GPL-2.0
/*
 * Operations of netswap_bench: packets as a driver hands them in, and as a socket
 * sends them. Two interfaces that answer no ARP and lose what they transmit (dummy)
 * are there: nsb0 has 10.99.0.1/24, nsb1 10.98.0.1/24, and the machine forwards.
 */
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "bench.h"

#define OUR_ADDRESS	0x0a630001	/* 10.99.0.1 */
#define PEER_ADDRESS	0x0a630002
#define FAR_ADDRESS	0x0a620002	/* 10.98.0.2, through nsb1 */
#define UDP_PORT	9001
#define TCP_PORT	9002
#define PEER_PORT	9003
#define UDP_PAYLOAD	64
#define TCP_PAYLOAD	1448
#define PEER_FIRST_SEQ	0x1000

static struct net_device *in_dev;
static struct net_device *out_dev;
static struct net_device *napi_dev;	/* for nothing but its NAPI */
static struct napi_struct napi;
static struct socket *udp;
static struct socket *tcp;
static u8 scratch[BENCH_PACKETS * TCP_PAYLOAD];
static unsigned long sent_before;
static unsigned int refused;

/* An Ethernet frame with an IPv4 header, and room for len bytes after that. */
static struct sk_buff *new_packet(u8 protocol, u32 to, unsigned int len)
{
	struct sk_buff *skb = napi_alloc_skb(&napi, ETH_HLEN + sizeof(struct iphdr) + len);
	struct ethhdr *eth;
	struct iphdr *ip;

	if (!skb)
		return NULL;
	eth = skb_put(skb, sizeof(*eth));
	ether_addr_copy(eth->h_dest, in_dev->dev_addr);
	eth_zero_addr(eth->h_source);
	eth->h_proto = htons(ETH_P_IP);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(sizeof(*ip) + len);
	ip->frag_off = htons(IP_DF);
	ip->ttl = 64;
	ip->protocol = protocol;
	ip->saddr = htonl(PEER_ADDRESS);
	ip->daddr = htonl(to);
	ip->check = ip_fast_csum(ip, ip->ihl);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}

static struct sk_buff *new_datagram(u32 to)
{
	struct sk_buff *skb = new_packet(IPPROTO_UDP, to, sizeof(struct udphdr) + UDP_PAYLOAD);
	struct udphdr *header;

	if (!skb)
		return NULL;
	header = skb_put_zero(skb, sizeof(*header) + UDP_PAYLOAD);
	header->source = htons(PEER_PORT);
	header->dest = htons(UDP_PORT);
	header->len = htons(sizeof(*header) + UDP_PAYLOAD);
	skb->protocol = eth_type_trans(skb, in_dev);
	return skb;
}

static struct sk_buff *new_segment(u32 seq, unsigned int len, bool syn)
{
	struct sk_buff *skb = new_packet(IPPROTO_TCP, OUR_ADDRESS, sizeof(struct tcphdr) + len);
	struct tcphdr *header;

	if (!skb)
		return NULL;
	header = skb_put_zero(skb, sizeof(*header));
	skb_put(skb, len);	/* as a card leaves it: nobody looks at the bytes */
	header->source = htons(PEER_PORT);
	header->dest = inet_sk(tcp->sk)->inet_sport;
	header->seq = htonl(seq);
	header->ack_seq = htonl(tcp_sk(tcp->sk)->snd_nxt);
	header->doff = sizeof(*header) / 4;
	header->syn = syn;
	header->ack = 1;
	header->window = htons(0xffff);
	skb->protocol = eth_type_trans(skb, in_dev);
	return skb;
}

static void receive(struct sk_buff *skb)
{
	if (!skb || netif_receive_skb(skb) != NET_RX_SUCCESS)
		refused++;
}

static int begin(void)
{
	refused = 0;
	local_bh_disable();
	return 0;
}

/* How many bytes one call reads, or an error; truncated to the scratch area. */
static int read_some(struct socket *sock)
{
	struct kvec into = { .iov_base = scratch, .iov_len = sizeof(scratch) };
	struct msghdr msg = {};

	return kernel_recvmsg(sock, &msg, &into, 1, sizeof(scratch), MSG_DONTWAIT);
}

static unsigned int read_datagrams(void)
{
	unsigned int count = 0;

	while (read_some(udp) == UDP_PAYLOAD)
		count++;
	return count;
}

static int expect(unsigned int count)
{
	return count == BENCH_PACKETS && !refused ? 0 : -EIO;
}

static void udp_receive(void)
{
	int i;

	for (i = 0; i < BENCH_PACKETS; i++)
		receive(new_datagram(OUR_ADDRESS));
}

static int udp_received(void)
{
	local_bh_enable();
	return expect(read_datagrams());
}

/* netif_rx(), as tunnels and loopback use it: through the CPU's backlog. */
static void udp_backlog(void)
{
	struct sk_buff *skb;
	int i;

	for (i = 0; i < BENCH_PACKETS; i++) {
		skb = new_datagram(OUR_ADDRESS);
		if (!skb || netif_rx(skb) != NET_RX_SUCCESS)
			refused++;
	}
	local_bh_enable();
	bench_let_softirqs_end();
}

static int udp_backlog_done(void)
{
	return expect(read_datagrams());
}

static int udp_fill(void)
{
	begin();
	udp_receive();
	local_bh_enable();
	return 0;
}

static void udp_read(void)
{
	int i;

	for (i = 0; i < BENCH_PACKETS; i++)
		refused += read_some(udp) != UDP_PAYLOAD;
}

static int all_taken(void)
{
	return refused ? -EIO : 0;
}

static unsigned long transmitted(void)
{
	struct rtnl_link_stats64 stats;

	return dev_get_stats(out_dev, &stats)->tx_packets;
}

static int count_transmitted(void)
{
	sent_before = transmitted();
	refused = 0;
	return 0;
}

static void udp_send(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(UDP_PORT),
		.sin_addr.s_addr = htonl(FAR_ADDRESS),
	};
	int i;

	for (i = 0; i < BENCH_PACKETS; i++) {
		struct kvec from = { .iov_base = scratch, .iov_len = UDP_PAYLOAD };
		struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to) };

		refused += kernel_sendmsg(udp, &msg, &from, 1, UDP_PAYLOAD) != UDP_PAYLOAD;
	}
}

static int udp_sent(void)
{
	return expect(transmitted() - sent_before);
}

static int begin_forward(void)
{
	count_transmitted();
	return begin();
}

static void forward(void)
{
	int i;

	for (i = 0; i < BENCH_PACKETS; i++)
		receive(new_datagram(FAR_ADDRESS));
}

static int forwarded(void)
{
	local_bh_enable();
	return expect(transmitted() - sent_before);
}

static void tcp_receive(void)
{
	u32 seq = tcp_sk(tcp->sk)->rcv_nxt;
	int i;

	for (i = 0; i < BENCH_PACKETS; i++)
		receive(new_segment(seq + i * TCP_PAYLOAD, TCP_PAYLOAD, false));
}

/* What a card's driver does when it is told of packets. */
static int poll(struct napi_struct *self, int budget)
{
	u32 seq = tcp_sk(tcp->sk)->rcv_nxt;
	struct sk_buff *skb;
	int i;

	for (i = 0; i < BENCH_PACKETS; i++) {
		skb = new_segment(seq + i * TCP_PAYLOAD, TCP_PAYLOAD, false);
		if (skb)
			napi_gro_receive(self, skb);
		else
			refused++;
	}
	napi_complete_done(self, BENCH_PACKETS);
	return BENCH_PACKETS;
}

/* The same through NAPI and GRO, which makes larger ones of them first. */
static void tcp_gro(void)
{
	napi_schedule(&napi);
	local_bh_enable();
}

static int tcp_gro_done(void)
{
	return refused || read_some(tcp) != sizeof(scratch) ? -EIO : 0;
}

static int tcp_received(void)
{
	local_bh_enable();
	return tcp_gro_done();
}

static int tcp_fill(void)
{
	begin();
	tcp_receive();
	local_bh_enable();
	return all_taken();
}

static void tcp_read(void)
{
	refused += read_some(tcp) != sizeof(scratch);
}

#define PACKET_OP(op_name, first, function, last) {	\
	.name = op_name,			\
	.batch = BENCH_PACKETS,			\
	.before = first,			\
	.timed = function,			\
	.after = last,				\
}

const struct bench_op bench_packet_ops[] = {
	PACKET_OP("udp-receive", begin, udp_receive, udp_received),
	PACKET_OP("udp-backlog", begin, udp_backlog, udp_backlog_done),
	PACKET_OP("udp-read", udp_fill, udp_read, all_taken),
	PACKET_OP("udp-send", count_transmitted, udp_send, udp_sent),
	PACKET_OP("udp-forward", begin_forward, forward, forwarded),
	PACKET_OP("tcp-receive", begin, tcp_receive, tcp_received),
	PACKET_OP("tcp-receive-gro", begin, tcp_gro, tcp_gro_done),
	PACKET_OP("tcp-read", tcp_fill, tcp_read, all_taken),
};

const unsigned int bench_packet_count = ARRAY_SIZE(bench_packet_ops);

static int open_udp(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(UDP_PORT) };
	int err = sock_create_kern(&init_net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &udp);

	return err ?: kernel_bind(udp, (struct sockaddr *)&here, sizeof(here));
}

/* The peer is nobody: its half of the handshake is made here. */
static int connect_tcp(void)
{
	struct sockaddr_in peer = {
		.sin_family = AF_INET,
		.sin_port = htons(PEER_PORT),
		.sin_addr.s_addr = htonl(PEER_ADDRESS),
	};
	int err = sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP, &tcp);

	if (err)
		return err;
	err = kernel_connect(tcp, (struct sockaddr *)&peer, sizeof(peer), O_NONBLOCK);
	if (err != -EINPROGRESS)
		return err ?: -EISCONN;
	begin();
	receive(new_segment(PEER_FIRST_SEQ, 0, true));
	local_bh_enable();
	return tcp->sk->sk_state == TCP_ESTABLISHED ? 0 : -ENOTCONN;
}

int bench_packet_init(void)
{
	int err = -ENODEV;

	in_dev = dev_get_by_name(&init_net, "nsb0");
	out_dev = dev_get_by_name(&init_net, "nsb1");
	if (!in_dev || !out_dev)
		goto err;
	err = -ENOMEM;
	napi_dev = alloc_etherdev(0);
	if (!napi_dev)
		goto err;
	netif_napi_add(napi_dev, &napi, poll);
	napi_enable(&napi);
	err = open_udp();
	if (!err)
		err = connect_tcp();
	if (!err)
		return 0;
err:
	bench_packet_exit();
	return err;
}

/* Also after half of the above. */
void bench_packet_exit(void)
{
	if (tcp)
		sock_release(tcp);
	if (udp)
		sock_release(udp);
	if (napi_dev) {
		napi_disable(&napi);
		netif_napi_del(&napi);
		free_netdev(napi_dev);
	}
	dev_put(out_dev);
	dev_put(in_dev);
}
