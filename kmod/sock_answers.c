// SPDX-License-Identifier: GPL-2.0
/*
 * sock_memalloc - sockets that carry pages to swap, and their packets
 *
 * A marked socket may use the reserve: its data, its control packets, and what
 * arrives for it. On receive nobody can tell at first whom a packet is for, so
 * while any socket is marked every receive buffer may come from the reserve;
 * a packet that sits in reserve memory and turns out to be for somebody else
 * is dropped, and its memory is back.
 *
 * Here are the answers about packets on their way. Where one may be held is in
 * sock_holds.c, the marks themselves are in sock_marks.c, and what user space
 * may do with them in sock_user.c.
 *
 * Unload: on the policy mainline a kernel's mark stays (the base would have
 * made it too), on bare it is taken back. User space's marks are taken back
 * always.
 */
#include <linux/gfp.h>
#include <linux/if_ether.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <net/sock.h>

#include "entitled.h"
#include "gfp_memalloc.h"
#include "netswap.h"
#include "sock_marks.h"
#include "sock_memalloc.h"

static const char * const counter_names[] = {
	[SOCKETS_MARKED] = "sockets_marked",
	[SOCKETS_UNMARKED] = "sockets_unmarked",
	[SOCKETS_DIED] = "sockets_died",
	[MARKS_REFUSED] = "marks_refused",
	[SKB_MARKED] = "skb_marked",
	[SKB_DELIVERED] = "skb_delivered",
	[SKB_DROPPED_SOCKET] = "skb_dropped_socket",
	[SKB_DROPPED_PROTOCOL] = "skb_dropped_protocol",
	[RX_GRANTS] = "rx_grants",
	[XMITS] = "xmits",
	[FRAGS_RELEASED] = "frags_released",
	[LIMITS_LIFTED] = "limits_lifted",
	[PAGES_SPLICED] = "pages_spliced",
	[HELD_REFUSED + MEMRESERVE_PLACE_FRAGMENT] = "held_fragment_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_FORWARD] = "held_forward_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_QDISC] = "held_qdisc_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_TUN] = "held_tun_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_NEIGHBOUR] = "held_neighbour_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_PACKET] = "held_packet_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_NFQUEUE] = "held_nfqueue_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_ENCAP] = "held_encap_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_BACKLOG] = "held_backlog_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_MERGE] = "held_merge_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_UNIX] = "held_unix_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_OUT_OF_ORDER] = "held_out_of_order_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_STATE] = "held_state_refused",
	[HELD_REFUSED + MEMRESERVE_PLACE_LATER] = "held_later_refused",
};

/* Not to get a page is an ordinary thing on these sockets: no warning. */
static gfp_t sk_gfp(const struct sock *sk, gfp_t gfp)
{
	if (!sock_flag(sk, SOCK_MEMALLOC))
		return gfp;
	return gfp | __GFP_MEMALLOC | __GFP_NOWARN;
}

static gfp_t rx_gfp(gfp_t gfp)
{
	netswap_count(&sock_memalloc_mech, RX_GRANTS);
	return gfp | __GFP_MEMALLOC;
}

/*
 * For a ring, so it can come later. Mainline gives this to drivers even where
 * nothing swaps over a network.
 */
static gfp_t dev_page_gfp(gfp_t gfp)
{
	return sk_memalloc_socks() ? rx_gfp(gfp) | GFP_MEMALLOC_LATER : gfp;
}

static bool critical(const struct sk_buff *skb)
{
	netswap_count(&sock_memalloc_mech, SKB_MARKED);
	return true;
}

/* What can carry TCP to a marked socket, and the address lookup for it. */
VISIBLE_IF_KUNIT bool sock_memalloc_protocol(__be16 protocol)
{
	return protocol == htons(ETH_P_IP) || protocol == htons(ETH_P_IPV6) ||
	       protocol == htons(ETH_P_ARP) ||
	       protocol == htons(ETH_P_8021Q) ||
	       protocol == htons(ETH_P_8021AD);
}
EXPORT_SYMBOL_IF_KUNIT(sock_memalloc_protocol);

static bool protocol(const struct sk_buff *skb)
{
	if (sock_memalloc_protocol(skb->protocol))
		return true;
	netswap_count(&sock_memalloc_mech, SKB_DROPPED_PROTOCOL);
	netswap_event_later(NETSWAP_EVENT_KIND_PACKET_DROPPED, 1);
	return false;
}

static bool admit(const struct sock *sk, const struct sk_buff *skb)
{
	if (sock_flag(sk, SOCK_MEMALLOC)) {
		netswap_count(&sock_memalloc_mech, SKB_DELIVERED);
		return true;
	}
	netswap_count(&sock_memalloc_mech, SKB_DROPPED_SOCKET);
	netswap_event_later(NETSWAP_EVENT_KIND_PACKET_DROPPED, 1);
	return false;
}

/* What a listener accepts is no swap traffic, whatever the listener was before. */
static bool inherit(const struct sock *child)
{
	return false;
}

static gfp_t xmit_gfp(const struct sock *sk, gfp_t gfp)
{
	if (!sock_flag(sk, SOCK_MEMALLOC))
		return gfp & ~__GFP_MEMALLOC;
	netswap_count(&sock_memalloc_mech, XMITS);
	return gfp | __GFP_MEMALLOC | __GFP_NOWARN;
}

static bool xmit_memalloc(void)
{
	return true;
}

/*
 * A page that came from the reserve for one packet would otherwise serve all
 * packets of its socket, task or queue until it is used up.
 */
static bool frag_keep(const struct page *page, gfp_t gfp)
{
	if (netswap_entitled(gfp) != MEMRESERVE_DEPTH_NONE)
		return true;
	netswap_count(&sock_memalloc_mech, FRAGS_RELEASED);
	return false;
}

static void show(void)
{
	netswap_show(&sock_memalloc_mech);
}

static const struct memreserve_sock_ops ops = {
	.set = sock_mark_set,
	.clear = sock_mark_clear,
	.dies = sock_mark_dies,
	.inherit = inherit,
	.sk_gfp = sk_gfp,
	.rx_gfp = rx_gfp,
	.dev_page_gfp = dev_page_gfp,
	.critical = critical,
	.protocol = protocol,
	.admit = admit,
	.xmit_gfp = xmit_gfp,
	.xmit_memalloc = xmit_memalloc,
	.frag_keep = frag_keep,
	.hold = sock_may_hold,
	.exempt = sock_may_exceed,
	.xmit_splice = sock_may_splice,
};

struct netswap_mechanism sock_memalloc_mech = {
	.name = KBUILD_MODNAME,
	.group = MEMRESERVE_SOCK,
	.ops = &ops,
	.counter_names = counter_names,
	.nr_counters = ARRAY_SIZE(counter_names),
	.show = show,
};

static int __init sock_memalloc_init(void)
{
	int err = netswap_register(&sock_memalloc_mech);

	if (!err)
		netswap_marker_set(&sock_marker);
	return err;
}
module_init(sock_memalloc_init);

static void __exit sock_memalloc_exit(void)
{
	netswap_marker_set(NULL);
	sock_marks_pin();
	sock_user_take_back();
	netswap_unregister(&sock_memalloc_mech);
	sock_marks_release();
}
module_exit(sock_memalloc_exit);

MODULE_DESCRIPTION("Lets marked sockets use the reserve, and nobody else's packets");
MODULE_LICENSE("GPL");
