// SPDX-License-Identifier: GPL-2.0
/*
 * Handlers of the generic netlink family "netswap" (uapi/netswap.yaml) that
 * need hooks; those about sockets and threads are in common/.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <net/genetlink.h>

#include "genl.h"
#include "netswap.h"

/**
 * netswap_marker_set - tell the core how to reach the marked sockets
 * @new: NULL when they can no longer be reached
 *
 * Process context, may sleep. On return the old one is not in use.
 */
void netswap_marker_set(const struct netswap_marker *new)
{
	netswap_requests_set_marker(new);
}
EXPORT_SYMBOL_GPL(netswap_marker_set);

int netswap_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct memreserve_host *host = netswap_host();

	return netswap_requests_reply_policy(info, host->policy(),
					     host->emergency(),
					     host->sk_count());
}

/*
 * A dump goes over several messages: cb->args[0] is the mechanism and
 * cb->args[1] the counter to go on with.
 */
struct dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
};

static int put_mechanism(const struct netswap_mechanism *mech,
			 unsigned int index, void *data)
{
	struct dump *dump = data;
	char group[32];
	void *hdr;

	if (index < dump->cb->args[0])
		return 0;
	netswap_host()->answerer(mech->group, group, sizeof(group));
	hdr = genlmsg_iput(dump->skb, genl_info_dump(dump->cb));
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(dump->skb, NETSWAP_A_MECHANISM_NAME, mech->name) ||
	    nla_put_string(dump->skb, NETSWAP_A_MECHANISM_GROUP, group)) {
		genlmsg_cancel(dump->skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, hdr);
	dump->cb->args[0] = index + 1;
	return 0;
}

int netswap_nl_mechanism_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb)
{
	struct dump dump = { .skb = skb, .cb = cb };
	int err = netswap_for_each(put_mechanism, &dump);

	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

static int put_counter(struct dump *dump, const char *mech, const char *name,
		       u64 value)
{
	void *hdr = genlmsg_iput(dump->skb, genl_info_dump(dump->cb));

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(dump->skb, NETSWAP_A_COUNTER_MECHANISM, mech) ||
	    nla_put_string(dump->skb, NETSWAP_A_COUNTER_NAME, name) ||
	    nla_put_u64_64bit(dump->skb, NETSWAP_A_COUNTER_VALUE, value,
			      NETSWAP_A_COUNTER_PAD)) {
		genlmsg_cancel(dump->skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, hdr);
	return 0;
}

static int put_counters(const struct netswap_mechanism *mech,
			unsigned int index, void *data)
{
	struct dump *dump = data;
	unsigned int i;
	int err;

	if (index < dump->cb->args[0])
		return 0;
	for (i = dump->cb->args[1]; i < mech->nr_counters; i++) {
		err = put_counter(dump, mech->name, mech->counter_names[i],
				  netswap_sum(mech, i));
		if (err)
			return err;
		dump->cb->args[1] = i + 1;
	}
	if (mech->gauge) {
		err = put_counter(dump, mech->name, mech->gauge_name,
				  mech->gauge());
		if (err)
			return err;
	}
	dump->cb->args[0] = index + 1;
	dump->cb->args[1] = 0;
	return 0;
}

int netswap_nl_counter_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	struct dump dump = { .skb = skb, .cb = cb };
	int err = netswap_for_each(put_counters, &dump);

	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

int netswap_netlink_init(void)
{
	return genl_register_family(&netswap_nl_family);
}

void netswap_netlink_uninit(void)
{
	genl_unregister_family(&netswap_nl_family);
}
