// SPDX-License-Identifier: GPL-2.0
/* One message to those who listen for events. */
#include <linux/gfp.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "common/common.h"
#include "genl.h"

/**
 * netswap_notify - tell listeners that something changed
 * @kind: what
 * @subject: about whom, may be NULL
 * @value: depends on @kind
 *
 * Process context. Does not wait for memory: without any, nothing is told.
 */
void netswap_notify(enum netswap_event_kind kind, const char *subject, u64 value)
{
	struct sk_buff *msg;
	void *hdr;

	if (!genl_has_listeners(&netswap_nl_family, &init_net,
				NETSWAP_NLGRP_EVENTS))
		return;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_NOWAIT | __GFP_NOMEMALLOC);
	if (!msg)
		return;
	hdr = genlmsg_put(msg, 0, 0, &netswap_nl_family, 0,
			  NETSWAP_CMD_EVENT_NTF);
	if (!hdr || nla_put_u32(msg, NETSWAP_A_EVENT_KIND, kind) ||
	    (subject && nla_put_string(msg, NETSWAP_A_EVENT_SUBJECT, subject)) ||
	    nla_put_u64_64bit(msg, NETSWAP_A_EVENT_VALUE, value,
			      NETSWAP_A_EVENT_PAD)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	genlmsg_multicast(&netswap_nl_family, msg, 0, NETSWAP_NLGRP_EVENTS,
			  GFP_NOWAIT | __GFP_NOMEMALLOC);
}
