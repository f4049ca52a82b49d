// SPDX-License-Identifier: GPL-2.0
/*
 * Where a packet in reserve memory may be held, and what else a marked socket
 * is spared.
 *
 * The reserve comes back when a packet reaches its socket, or is dropped. A
 * packet that waits somewhere else, for a time that somebody else decides,
 * takes its share away from swap traffic. So the answer is no, except where
 * swap traffic itself may have to wait. What is dropped is sent again by its
 * sender, into ordinary memory if there is some by then.
 */
#include <linux/if_ether.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/skbuff.h>
#include <net/sock.h>

#include "netswap.h"
#include "reserve.h"
#include "sock_marks.h"
#include "sock_memalloc.h"

static bool splice = true;
module_param(splice, bool, 0644);
MODULE_PARM_DESC(splice, "nbd sends swap pages without copying them (default: yes)");

static bool sent_by_marked(const struct sk_buff *skb)
{
	return skb->sk && sk_fullsock(skb->sk) &&
	       sock_flag(skb->sk, SOCK_MEMALLOC);
}

/* What this machine made and did not receive from another one. */
static bool made_here(const struct sk_buff *skb)
{
	return !skb->skb_iif;
}

/* Charges the pages that @skb occupies to @to, as long as there is room. */
static bool move_pages(const struct sk_buff *skb, enum netswap_charge to)
{
	const struct sk_buff *part;
	unsigned int i, at;

	if (!netswap_charge_move(virt_to_page(skb->head), to))
		return false;
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];
		unsigned int first = skb_frag_off(frag) >> PAGE_SHIFT;
		unsigned int end = skb_frag_off(frag) + skb_frag_size(frag);

		for (at = first; at << PAGE_SHIFT < end; at++)
			if (!netswap_charge_move(nth_page(skb_frag_page(frag), at), to))
				return false;
	}
	/* What GRO put together; its parts have none themselves. */
	skb_walk_frags(skb, part)
		if (!move_pages(part, to))
			return false;
	return true;
}

/*
 * TCP does not fragment. A datagram for a marked socket may come in fragments,
 * and nobody can tell whose they are: what waits has a reservation of its own.
 * Its head stays with the packets on their way, which must have room as well.
 */
static bool fragment_may_wait(const struct sk_buff *skb)
{
	return netswap_reserve_datagrams() &&
	       !netswap_charge_half_used(NETSWAP_CHARGE_PACKETS) &&
	       move_pages(skb, skb->protocol == htons(ETH_P_IPV6) ?
			       NETSWAP_CHARGE_REASSEMBLY_V6 :
			       NETSWAP_CHARGE_REASSEMBLY_V4);
}

/*
 * What a marked TCP socket got too early stays until what is missing has come,
 * for which there must be buffers in the ring and room for packets.
 */
static bool early_may_wait(const struct sk_buff *skb)
{
	return !netswap_reserve_active() ||
	       (!netswap_charge_half_used(NETSWAP_CHARGE_PACKETS) &&
		move_pages(skb, NETSWAP_CHARGE_PACKETS));
}

/* The peer's question for our link address must be answered. */
static bool may_go_to_tun(const struct sk_buff *skb)
{
	return made_here(skb) &&
	       (sent_by_marked(skb) || skb->protocol == htons(ETH_P_ARP));
}

static bool may_hold(enum memreserve_place place, const struct sk_buff *skb)
{
	switch (place) {
	case MEMRESERVE_PLACE_FRAGMENT:
		return fragment_may_wait(skb);
	case MEMRESERVE_PLACE_QDISC:
		return made_here(skb);
	case MEMRESERVE_PLACE_TUN:
		return may_go_to_tun(skb);
	case MEMRESERVE_PLACE_NEIGHBOUR:
	case MEMRESERVE_PLACE_UNIX:
	case MEMRESERVE_PLACE_STATE:
		return sent_by_marked(skb);
	case MEMRESERVE_PLACE_ENCAP:
		return sock_marks_tunnelled();
	case MEMRESERVE_PLACE_BACKLOG:
		return netswap_host()->backlog() < SOCK_MEMALLOC_MAX_BACKLOG;
	case MEMRESERVE_PLACE_OUT_OF_ORDER:
		return early_may_wait(skb);
	default:
		return false;
	}
}

bool sock_may_hold(enum memreserve_place place, const struct sk_buff *skb)
{
	if (may_hold(place, skb))
		return true;
	netswap_count(&sock_memalloc_mech, HELD_REFUSED + place);
	if (place != MEMRESERVE_PLACE_MERGE)
		netswap_event_later(NETSWAP_EVENT_KIND_PACKET_DROPPED, 1);
	return false;
}

/*
 * What other sockets or the owner's control group have used up must not stop
 * swap traffic. Its own buffer bounds it: twice its size, because a full one
 * has to take in what was under way already.
 */
bool sock_may_exceed(const struct sock *sk)
{
	if (atomic_read(&sk->sk_rmem_alloc) / 2 > READ_ONCE(sk->sk_rcvbuf))
		return false;
	netswap_count(&sock_memalloc_mech, LIMITS_LIFTED);
	return true;
}

/*
 * A page that is being written out does not change, or is written again. TCP
 * keeps a reference until the peer has acknowledged it, which is before nbd
 * has its reply.
 */
bool sock_may_splice(const struct sock *sk, const struct page *page)
{
	if (!READ_ONCE(splice) || !sock_flag(sk, SOCK_MEMALLOC) ||
	    sk->sk_protocol != IPPROTO_TCP)
		return false;
	netswap_count(&sock_memalloc_mech, PAGES_SPLICED);
	return true;
}
