/* SPDX-License-Identifier: GPL-2.0 */
/* generated from uapi/netswap.yaml by scripts/gen-netlink.py, do not edit */
#ifndef _NETSWAP_GENL_H
#define _NETSWAP_GENL_H

#include <net/genetlink.h>

#include "uapi/netswap.h"

int netswap_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info);
int netswap_nl_mechanism_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int netswap_nl_counter_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int netswap_nl_socket_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int netswap_nl_socket_mark_doit(struct sk_buff *skb, struct genl_info *info);
int netswap_nl_socket_unmark_doit(struct sk_buff *skb, struct genl_info *info);
int netswap_nl_task_grant_doit(struct sk_buff *skb, struct genl_info *info);
int netswap_nl_group_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int netswap_nl_group_set_doit(struct sk_buff *skb, struct genl_info *info);
int netswap_nl_group_activate_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	NETSWAP_NLGRP_EVENTS,
};

extern struct genl_family netswap_nl_family;

#endif /* _NETSWAP_GENL_H */
