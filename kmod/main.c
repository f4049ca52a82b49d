// SPDX-License-Identifier: GPL-2.0
/*
 * netswap - core of the network swap modules
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/visibility.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "netswap.h"
#include "reserve.h"

static const struct memreserve_host *host;

/* The kernel's hooks. Never NULL once the core is loaded. */
const struct memreserve_host *netswap_host(void)
{
	return host;
}
EXPORT_SYMBOL_GPL(netswap_host);

/* Did the current thread get the reserve by request? Any context. */
bool netswap_task_granted(void)
{
	return netswap_grants_has(current);
}
EXPORT_SYMBOL_GPL(netswap_task_granted);

/* What the request task-grant does; process context. */
VISIBLE_IF_KUNIT int netswap_task_grant(bool on)
{
	return on ? netswap_grants_take() : netswap_grants_drop();
}
EXPORT_SYMBOL_IF_KUNIT(netswap_task_grant);

/*
 * The hooks are looked up by name: a module that named the symbol directly
 * would be refused with "Unknown symbol", which tells nobody what to do.
 */
static int __init netswap_find_host(void)
{
	host = symbol_get(memreserve_host);
	if (!host) {
		pr_err("this kernel has no memreserve hooks; boot the hooked kernel that \"make kernel\" builds\n");
		return -EOPNOTSUPP;
	}
	if (host->abi != MEMRESERVE_ABI) {
		pr_err("this kernel's hooks have version %u, this module needs %u; build both from one checkout\n",
		       host->abi, MEMRESERVE_ABI);
		symbol_put(memreserve_host);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int __init netswap_init(void)
{
	int err;

	err = netswap_find_host();
	if (err)
		return err;
	err = netswap_owners_init();
	if (err)
		goto put_host;
	netswap_events_init();
	err = netswap_follow_init();
	if (err)
		goto end_events;
	err = netswap_netlink_init();
	if (err)
		goto end_follow;
	return 0;

end_follow:
	netswap_follow_uninit();
end_events:
	netswap_events_uninit();
	netswap_owners_uninit();
put_host:
	symbol_put(memreserve_host);
	return err;
}
module_init(netswap_init);

static void __exit netswap_exit(void)
{
	netswap_netlink_uninit();
	netswap_grants_uninit();
	netswap_follow_uninit();
	netswap_events_uninit();
	netswap_owners_uninit();
	symbol_put(memreserve_host);
}
module_exit(netswap_exit);

MODULE_DESCRIPTION("Core of the network swap modules");
MODULE_LICENSE("GPL");
