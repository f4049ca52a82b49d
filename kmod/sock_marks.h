/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of sock_memalloc.ko share. */
#ifndef _NETSWAP_SOCK_MARKS_H
#define _NETSWAP_SOCK_MARKS_H

#include "netswap.h"
#include "reserve.h"

enum {
	SOCKETS_MARKED, SOCKETS_UNMARKED, SOCKETS_DIED, MARKS_REFUSED,
	SKB_MARKED, SKB_DELIVERED, SKB_DROPPED_SOCKET, SKB_DROPPED_PROTOCOL,
	RX_GRANTS, XMITS, FRAGS_RELEASED, LIMITS_LIFTED, PAGES_SPLICED,
	/* One for each enum memreserve_place, in its order. */
	HELD_REFUSED,
};

/* sock_answers.c APIs */
extern struct netswap_mechanism sock_memalloc_mech;

/* sock_marks.c APIs */
bool sock_mark_make(struct sock *sk, enum netswap_marked_by by, u32 *id);
/* The callbacks set, clear and dies; struct memreserve_sock_ops says more. */
bool sock_mark_set(struct sock *sk);
bool sock_mark_clear(struct sock *sk);
int sock_mark_clear_users(struct sock *sk);
bool sock_mark_dies(struct sock *sk);
/* Does the route of a marked socket lead through a virtual device? Softirq. */
bool sock_marks_tunnelled(void);
/* For user space. */
struct sock *sock_mark_hold_users(const struct sock *sk, u32 id);
struct sock *sock_mark_hold_next(u32 id, struct netswap_mark *out);
/* For the unload: before and after the group is given back. */
void sock_marks_pin(void);
void sock_marks_release(void);

/* sock_transport.c APIs: process context, must not sleep */
enum netswap_transport sock_transport(void);
bool sock_foreign(const struct sock *sk, enum netswap_transport transport);

/* sock_holds.c APIs: callbacks; struct memreserve_sock_ops says more. */
bool sock_may_hold(enum memreserve_place place, const struct sk_buff *skb);
bool sock_may_exceed(const struct sock *sk);
bool sock_may_splice(const struct sock *sk, const struct page *page);

/* sock_user.c APIs */
extern const struct netswap_marker sock_marker;
/* For the unload, between sock_marks_pin() and that the group is given back. Sleeps. */
void sock_user_take_back(void);

#endif /* _NETSWAP_SOCK_MARKS_H */
