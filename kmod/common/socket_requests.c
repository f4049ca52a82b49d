// SPDX-License-Identifier: GPL-2.0
/* The requests of the family "netswap" about sockets (uapi/netswap.yaml). */
#include <linux/errno.h>
#include <linux/rwsem.h>
#include <linux/net.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "common/common.h"
#include "genl.h"

/* Protects the next one. Requests share it: one that waits for its socket must not keep others. */
static DECLARE_RWSEM(marker_lock);
static const struct netswap_marker *marker;

/**
 * netswap_requests_set_marker - tell how to reach the marked sockets
 * @new: NULL when they can no longer be reached
 *
 * Process context, may sleep. On return the old one is not in use.
 */
void netswap_requests_set_marker(const struct netswap_marker *new)
{
	down_write(&marker_lock);
	marker = new;
	up_write(&marker_lock);
}

/**
 * netswap_requests_reply_policy - answer a policy-get request
 * @info: the request
 * @policy: the base that answers where no module does
 * @emergency_pages: pool below all watermarks
 * @marked_sockets: how many
 *
 * Process context, may sleep.
 */
int netswap_requests_reply_policy(struct genl_info *info, const char *policy,
				  u32 emergency_pages, u32 marked_sockets)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *hdr;

	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &netswap_nl_family, 0,
				NETSWAP_CMD_POLICY_GET);
	if (!hdr || nla_put_string(msg, NETSWAP_A_POLICY_POLICY, policy) ||
	    nla_put_u32(msg, NETSWAP_A_POLICY_EMERGENCY_PAGES, emergency_pages) ||
	    nla_put_u32(msg, NETSWAP_A_POLICY_MARKED_SOCKETS, marked_sockets)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

static int put_mark(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct netswap_mark *mark)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &netswap_nl_family,
				NLM_F_MULTI, NETSWAP_CMD_SOCKET_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NETSWAP_A_SOCKET_ID, mark->id) ||
	    nla_put_u32(skb, NETSWAP_A_SOCKET_INODE, mark->inode) ||
	    nla_put_u16(skb, NETSWAP_A_SOCKET_FAMILY, mark->family) ||
	    nla_put_u16(skb, NETSWAP_A_SOCKET_PROTOCOL, mark->protocol) ||
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
	struct sock *sk;
	int err = 0;

	down_read(&marker_lock);
	while (marker && (sk = marker->next(cb->args[0], &mark))) {
		netswap_socket_text(sk, &mark);
		sock_put(sk);
		err = put_mark(skb, cb, &mark);
		if (err)
			break;
		cb->args[0] = (long)mark.id + 1;
	}
	up_read(&marker_lock);
	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

static int reply_id(struct genl_info *info, u32 id)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *hdr;

	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &netswap_nl_family, 0,
				NETSWAP_CMD_SOCKET_MARK);
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

static void explain(struct genl_info *info, int err)
{
	switch (err) {
	case -EOPNOTSUPP:
		NL_SET_ERR_MSG(info->extack, "sock_memalloc is not loaded");
		break;
	case -EBUSY:
		NL_SET_ERR_MSG(info->extack, "the socket is marked already");
		break;
	case -ENOSPC:
		NL_SET_ERR_MSG(info->extack, "no room for another mark");
		break;
	case -EPROTONOSUPPORT:
		NL_SET_ERR_MSG(info->extack,
			       "such sockets cannot be marked; TCP, UDP and UNIX streams can");
		break;
	case -EINVAL:
		NL_SET_ERR_MSG(info->extack,
			       "the socket listens; mark what it accepts");
		break;
	case -ENOENT:
		NL_SET_ERR_MSG(info->extack, "no such mark");
		break;
	case -EPERM:
		NL_SET_ERR_MSG(info->extack, "the mark is the kernel's own");
		break;
	}
}

int netswap_nl_socket_mark_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct socket *sock = request_socket(info);
	u32 id = 0;
	int err;

	if (IS_ERR(sock))
		return PTR_ERR(sock);

	down_read(&marker_lock);
	err = marker ? marker->mark(sock->sk, &id) : -EOPNOTSUPP;
	up_read(&marker_lock);
	sockfd_put(sock);

	explain(info, err);
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

	down_read(&marker_lock);
	err = marker ? marker->unmark(sock ? sock->sk : NULL, id) : -EOPNOTSUPP;
	up_read(&marker_lock);
	if (sock)
		sockfd_put(sock);

	explain(info, err);
	return err;
}
