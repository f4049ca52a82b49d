/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core for hooked kernels (netswap.ko) and the module for kernels as
 * distributors build them (netswap_mark.ko) share: the requests about sockets
 * and threads, and the messages about changes. Each of the two links these
 * files into itself; nothing here is exported and nothing needs hooks.
 */
#ifndef _NETSWAP_COMMON_H
#define _NETSWAP_COMMON_H

#include <linux/types.h>

#include "uapi/netswap.h"

struct genl_info;
struct sock;
struct task_struct;

/**
 * struct netswap_mark - a marked socket, as shown to user space
 */
struct netswap_mark {
	u32 id;
	u32 inode;
	u16 family;
	u16 protocol;
	enum netswap_marked_by by;
	char local[112];
	char remote[112];
};

/**
 * struct netswap_marker - how the requests reach the list of marked sockets
 * @mark: mark @sk for user space and return the mark's id in @id. -EBUSY: it
 *	is marked already. -ENOSPC: no room on the list. -EPROTONOSUPPORT: not
 *	this kind of socket. -EINVAL: it listens. Process context.
 * @unmark: take back user space's mark @id, or that of @sk if not NULL.
 *	-ENOENT: no such mark. -EPERM: the kernel's own. Process context.
 * @next: the mark with the smallest id that is not below @id: its socket with a
 *	reference, and id and maker in @mark. NULL: none.
 */
struct netswap_marker {
	int (*mark)(struct sock *sk, u32 *id);
	int (*unmark)(struct sock *sk, u32 id);
	struct sock *(*next)(u32 id, struct netswap_mark *mark);
};

/* socket_requests.c APIs */
void netswap_requests_set_marker(const struct netswap_marker *new);
int netswap_requests_reply_policy(struct genl_info *info, const char *policy,
				  u32 emergency_pages, u32 marked_sockets);

/* socket_text.c APIs */
void netswap_socket_text(struct sock *sk, struct netswap_mark *out);

/* notify.c APIs */
void netswap_notify(enum netswap_event_kind kind, const char *subject,
		    u64 value);

/* task_grants.c APIs */
int netswap_grants_take(void);
int netswap_grants_drop(void);
bool netswap_grants_has(const struct task_struct *task);
void netswap_grants_uninit(void);

#endif /* _NETSWAP_COMMON_H */
