// SPDX-License-Identifier: GPL-2.0
/* generated from uapi/netswap.yaml by scripts/gen-netlink.py, do not edit */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "genl.h"

static const struct nla_policy netswap_socket_mark_nl_policy[NETSWAP_A_SOCKET_FD + 1] = {
	[NETSWAP_A_SOCKET_FD] = { .type = NLA_S32, },
};

static const struct nla_policy netswap_socket_unmark_nl_policy[NETSWAP_A_SOCKET_FD + 1] = {
	[NETSWAP_A_SOCKET_ID] = { .type = NLA_U32, },
	[NETSWAP_A_SOCKET_FD] = { .type = NLA_S32, },
};

static const struct nla_policy netswap_task_grant_nl_policy[NETSWAP_A_TASK_ON + 1] = {
	[NETSWAP_A_TASK_ON] = { .type = NLA_U32, },
};

static const struct nla_policy netswap_group_set_nl_policy[NETSWAP_A_GROUP_PAGES + 1] = {
	[NETSWAP_A_GROUP_NAME] = { .type = NLA_NUL_STRING, },
	[NETSWAP_A_GROUP_PAGES] = { .type = NLA_U32, },
};

static const struct nla_policy netswap_group_activate_nl_policy[NETSWAP_A_GROUP_ACTIVE + 1] = {
	[NETSWAP_A_GROUP_NAME] = { .type = NLA_NUL_STRING, },
	[NETSWAP_A_GROUP_ACTIVE] = { .type = NLA_U32, },
};

static const struct genl_ops netswap_nl_ops[] = {
	{
		.cmd		= NETSWAP_CMD_POLICY_GET,
		.doit		= netswap_nl_policy_get_doit,
	},
	{
		.cmd		= NETSWAP_CMD_MECHANISM_GET,
		.dumpit		= netswap_nl_mechanism_get_dumpit,
	},
	{
		.cmd		= NETSWAP_CMD_COUNTER_GET,
		.dumpit		= netswap_nl_counter_get_dumpit,
	},
	{
		.cmd		= NETSWAP_CMD_SOCKET_GET,
		.dumpit		= netswap_nl_socket_get_dumpit,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= NETSWAP_CMD_SOCKET_MARK,
		.doit		= netswap_nl_socket_mark_doit,
		.policy		= netswap_socket_mark_nl_policy,
		.maxattr	= ARRAY_SIZE(netswap_socket_mark_nl_policy) - 1,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= NETSWAP_CMD_SOCKET_UNMARK,
		.doit		= netswap_nl_socket_unmark_doit,
		.policy		= netswap_socket_unmark_nl_policy,
		.maxattr	= ARRAY_SIZE(netswap_socket_unmark_nl_policy) - 1,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= NETSWAP_CMD_TASK_GRANT,
		.doit		= netswap_nl_task_grant_doit,
		.policy		= netswap_task_grant_nl_policy,
		.maxattr	= ARRAY_SIZE(netswap_task_grant_nl_policy) - 1,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= NETSWAP_CMD_GROUP_GET,
		.dumpit		= netswap_nl_group_get_dumpit,
	},
	{
		.cmd		= NETSWAP_CMD_GROUP_SET,
		.doit		= netswap_nl_group_set_doit,
		.policy		= netswap_group_set_nl_policy,
		.maxattr	= ARRAY_SIZE(netswap_group_set_nl_policy) - 1,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= NETSWAP_CMD_GROUP_ACTIVATE,
		.doit		= netswap_nl_group_activate_doit,
		.policy		= netswap_group_activate_nl_policy,
		.maxattr	= ARRAY_SIZE(netswap_group_activate_nl_policy) - 1,
		.flags		= GENL_ADMIN_PERM,
	},
};

static const struct genl_multicast_group netswap_nl_mcgrps[] = {
	[NETSWAP_NLGRP_EVENTS] = { "events", },
};

struct genl_family netswap_nl_family __ro_after_init = {
	.name		= NETSWAP_FAMILY_NAME,
	.version	= NETSWAP_FAMILY_VERSION,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= netswap_nl_ops,
	.n_ops		= ARRAY_SIZE(netswap_nl_ops),
	.mcgrps		= netswap_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(netswap_nl_mcgrps),
};
