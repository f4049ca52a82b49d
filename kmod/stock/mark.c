// SPDX-License-Identifier: GPL-2.0
/*
 * netswap_mark - marked sockets and threads, on a kernel without hooks
 *
 * The kernel marks the sockets of its own drivers (nbd, nfs, iscsi). For all
 * others, this is the netlink family "netswap" with what such a kernel can do:
 * mark a socket, list the marks, let a thread use the reserve. The answers
 * about memory are the kernel's own.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "genl.h"
#include "hooks.h"
#include "marks.h"

int netswap_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return netswap_requests_reply_policy(info, "stock", 0,
					     stock_marks_count());
}

static int __init netswap_mark_init(void)
{
	int err;

	if (kernel_has_hooks()) {
		pr_err("this kernel has memreserve hooks; load netswap and sock_memalloc instead\n");
		return -EOPNOTSUPP;
	}
	netswap_requests_set_marker(&stock_marker);
	err = genl_register_family(&netswap_nl_family);
	if (err)
		pr_err("cannot have the netlink family " NETSWAP_FAMILY_NAME " (error %d)\n", err);
	return err;
}
module_init(netswap_mark_init);

/*
 * The marks go before the family, for they tell its listeners. A grant keeps
 * the module, so there is none, and there will be none.
 */
static void __exit netswap_mark_exit(void)
{
	netswap_requests_set_marker(NULL);
	stock_marks_uninit();
	genl_unregister_family(&netswap_nl_family);
	netswap_grants_uninit();
}
module_exit(netswap_mark_exit);

MODULE_DESCRIPTION("Marks sockets for swap, without hooks");
MODULE_LICENSE("GPL");
