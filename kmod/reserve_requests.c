// SPDX-License-Identifier: GPL-2.0
/* The requests of the family "netswap" about the reservation tree. */
#include <linux/errno.h>
#include <net/genetlink.h>

#include "genl.h"
#include "netswap.h"
#include "reserve.h"

/* A request waits so long for memory, in ms. */
#define WAIT_MS 5000

static int put_accounts(struct sk_buff *skb, const struct netswap_group_info *info)
{
	if (info->parent && nla_put_string(skb, NETSWAP_A_GROUP_PARENT, info->parent))
		return -EMSGSIZE;
	if (info->set != NETSWAP_GROUP_AUTO &&
	    nla_put_u32(skb, NETSWAP_A_GROUP_SET, info->set))
		return -EMSGSIZE;
	if (!info->charged)
		return 0;
	if (nla_put_u32(skb, NETSWAP_A_GROUP_USAGE, info->usage) ||
	    nla_put_u32(skb, NETSWAP_A_GROUP_HIGH, info->high))
		return -EMSGSIZE;
	return 0;
}

static int put_group(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct netswap_group_info *info)
{
	void *hdr = netswap_dump_begin(skb, cb, NETSWAP_CMD_GROUP_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(skb, NETSWAP_A_GROUP_NAME, info->name) ||
	    nla_put_u32(skb, NETSWAP_A_GROUP_PAGES, info->pages) ||
	    nla_put_u32(skb, NETSWAP_A_GROUP_WANTED, info->wanted) ||
	    nla_put_u32(skb, NETSWAP_A_GROUP_ACTIVE, info->active) ||
	    put_accounts(skb, info)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* cb->args[0] is the group to go on with. */
int netswap_nl_group_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct netswap_group_info info;
	char name[IFNAMSIZ + 8];

	while (netswap_tree_info(cb->args[0], &info, name)) {
		int err = put_group(skb, cb, &info);

		if (err)
			return skb->len ?: err;
		cb->args[0]++;
	}
	return skb->len;
}

static int explained(struct genl_info *info, int err)
{
	switch (err) {
	case -ENOENT:
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NETSWAP_A_GROUP_NAME],
				    "no such group");
		break;
	case -EINVAL:
		NL_SET_ERR_MSG(info->extack,
			       "the reserve would be more than a quarter of memory");
		break;
	case -ENOMEM:
		NL_SET_ERR_MSG(info->extack,
			       "the memory could not be had in time; nothing was changed");
		break;
	}
	return err;
}

int netswap_nl_group_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, NETSWAP_A_GROUP_NAME) ||
	    GENL_REQ_ATTR_CHECK(info, NETSWAP_A_GROUP_PAGES))
		return -EINVAL;
	return explained(info, netswap_tree_set(nla_data(info->attrs[NETSWAP_A_GROUP_NAME]),
						nla_get_u32(info->attrs[NETSWAP_A_GROUP_PAGES]),
						WAIT_MS));
}

int netswap_nl_group_activate_doit(struct sk_buff *skb, struct genl_info *info)
{
	u32 on;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, NETSWAP_A_GROUP_NAME) ||
	    GENL_REQ_ATTR_CHECK(info, NETSWAP_A_GROUP_ACTIVE))
		return -EINVAL;
	on = nla_get_u32(info->attrs[NETSWAP_A_GROUP_ACTIVE]);
	if (on > 1) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NETSWAP_A_GROUP_ACTIVE],
				    "must be 0 or 1");
		return -EINVAL;
	}
	/*
	 * Sizes as of now, not as of some seconds ago. What cannot be had now
	 * must not keep a group from giving back what it has.
	 */
	err = on ? netswap_reserve_refresh(WAIT_MS) : 0;
	if (err)
		return explained(info, err);
	return explained(info, netswap_tree_activate(nla_data(info->attrs[NETSWAP_A_GROUP_NAME]),
						     on, WAIT_MS));
}
