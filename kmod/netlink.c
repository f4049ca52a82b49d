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

/**
 * netswap_dump_begin - begin one item of a list
 * @skb: the message that it goes into
 * @cb: the dump
 * @cmd: its command
 *
 * Return: the item's header; NULL when there is no room.
 */
void *netswap_dump_begin(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &netswap_nl_family, NLM_F_MULTI, cmd);
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
	hdr = netswap_dump_begin(dump->skb, dump->cb, NETSWAP_CMD_MECHANISM_GET);
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
	void *hdr = netswap_dump_begin(dump->skb, dump->cb, NETSWAP_CMD_COUNTER_GET);

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

/* Counters first, then gauges. */
static int put_value(struct dump *dump, const struct netswap_mechanism *mech,
		     unsigned int i)
{
	const struct netswap_gauge *gauge;

	if (i < mech->nr_counters)
		return put_counter(dump, mech->name, mech->counter_names[i],
				   netswap_sum(mech, i));
	gauge = &mech->gauges[i - mech->nr_counters];
	return put_counter(dump, mech->name, gauge->name, gauge->read());
}

static int put_counters(const struct netswap_mechanism *mech,
			unsigned int index, void *data)
{
	struct dump *dump = data;
	unsigned int i;
	int err;

	if (index < dump->cb->args[0])
		return 0;
	for (i = dump->cb->args[1]; i < mech->nr_counters + mech->nr_gauges; i++) {
		err = put_value(dump, mech, i);
		if (err)
			return err;
		dump->cb->args[1] = i + 1;
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
