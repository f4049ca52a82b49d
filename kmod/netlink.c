// SPDX-License-Identifier: GPL-2.0
/*
 * Handlers of the generic netlink family "netswap" (uapi/netswap.yaml).
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "genl.h"
#include "netswap.h"

static DEFINE_MUTEX(marker_lock);	/* protects the next one */
static const struct netswap_marker *marker;

/**
 * netswap_marker_set - tell the core how to reach the marked sockets
 * @new: NULL when they can no longer be reached
 *
 * Process context, may sleep. On return the old one is not in use.
 */
void netswap_marker_set(const struct netswap_marker *new)
{
	mutex_lock(&marker_lock);
	marker = new;
	mutex_unlock(&marker_lock);
}
EXPORT_SYMBOL_GPL(netswap_marker_set);

int netswap_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct memreserve_host *host = netswap_host();
	struct sk_buff *msg;
	void *hdr;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_iput(msg, info);
	if (!hdr ||
	    nla_put_string(msg, NETSWAP_A_POLICY_POLICY, host->policy()) ||
	    nla_put_u32(msg, NETSWAP_A_POLICY_EMERGENCY_PAGES,
			host->emergency()) ||
	    nla_put_u32(msg, NETSWAP_A_POLICY_MARKED_SOCKETS,
			host->sk_count())) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
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

static int put_mark(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct netswap_mark *mark)
{
	void *hdr = genlmsg_iput(skb, genl_info_dump(cb));

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NETSWAP_A_SOCKET_ID, mark->id) ||
	    nla_put_u32(skb, NETSWAP_A_SOCKET_INODE, mark->inode) ||
	    nla_put_u16(skb, NETSWAP_A_SOCKET_FAMILY, mark->family) ||
	    nla_put_string(skb, NETSWAP_A_SOCKET_LOCAL, mark->local) ||
	    nla_put_string(skb, NETSWAP_A_SOCKET_REMOTE, mark->remote) ||
	    nla_put_u32(skb, NETSWAP_A_SOCKET_BY, mark->by)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int netswap_nl_socket_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct netswap_mark mark;
	int err = 0;

	mutex_lock(&marker_lock);
	while (marker && marker->next(cb->args[0], &mark)) {
		err = put_mark(skb, cb, &mark);
		if (err)
			break;
		cb->args[0] = (long)mark.id + 1;
	}
	mutex_unlock(&marker_lock);
	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

static int reply_id(struct genl_info *info, u32 id)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *hdr;

	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_iput(msg, info);
	if (!hdr || nla_put_u32(msg, NETSWAP_A_SOCKET_ID, id)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* The request is handled in the sender's context, so its fd is ours. */
static struct socket *request_socket(struct genl_info *info)
{
	struct socket *sock;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, NETSWAP_A_SOCKET_FD))
		return ERR_PTR(-EINVAL);
	sock = sockfd_lookup(nla_get_s32(info->attrs[NETSWAP_A_SOCKET_FD]),
			     &err);
	if (!sock) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[NETSWAP_A_SOCKET_FD],
				    "fd is not an open socket of the caller");
		return ERR_PTR(err);
	}
	return sock;
}

int netswap_nl_socket_mark_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct socket *sock = request_socket(info);
	u32 id = 0;
	int err;

	if (IS_ERR(sock))
		return PTR_ERR(sock);

	mutex_lock(&marker_lock);
	err = marker ? marker->mark(sock->sk, &id) : -EOPNOTSUPP;
	mutex_unlock(&marker_lock);
	sockfd_put(sock);

	if (err == -EOPNOTSUPP)
		NL_SET_ERR_MSG(info->extack, "sock_memalloc is not loaded");
	else if (err == -EBUSY)
		NL_SET_ERR_MSG(info->extack, "the socket is marked already");
	return err ?: reply_id(info, id);
}

int netswap_nl_socket_unmark_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct socket *sock = NULL;
	u32 id = 0;
	int err;

	if (info->attrs[NETSWAP_A_SOCKET_ID]) {
		id = nla_get_u32(info->attrs[NETSWAP_A_SOCKET_ID]);
	} else {
		sock = request_socket(info);
		if (IS_ERR(sock))
			return PTR_ERR(sock);
	}

	mutex_lock(&marker_lock);
	err = marker ? marker->unmark(sock ? sock->sk : NULL, id) : -EOPNOTSUPP;
	mutex_unlock(&marker_lock);
	if (sock)
		sockfd_put(sock);

	if (err == -EOPNOTSUPP)
		NL_SET_ERR_MSG(info->extack, "sock_memalloc is not loaded");
	else if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack, "no such mark");
	else if (err == -EPERM)
		NL_SET_ERR_MSG(info->extack, "the mark is the kernel's own");
	return err;
}

int netswap_netlink_init(void)
{
	return genl_register_family(&netswap_nl_family);
}

void netswap_netlink_uninit(void)
{
	genl_unregister_family(&netswap_nl_family);
}
