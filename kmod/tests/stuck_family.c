// SPDX-License-Identifier: GPL-2.0
/*
 * A generic netlink family whose first command does not return before "release"
 * is written, or STUCK_FOR has passed: with it goes the lock that all families
 * share but for those that have said they need none. The second command returns
 * at once, if that lock is free.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/wait.h>
#include <net/genetlink.h>

#define STUCK_FOR (10 * HZ)

enum { STUCK_CMD_STAY = 1, STUCK_CMD_PING };

static DECLARE_WAIT_QUEUE_HEAD(waiters);
static bool released;
static bool stuck;

static int stay_doit(struct sk_buff *skb, struct genl_info *info)
{
	WRITE_ONCE(stuck, true);
	wait_event_killable_timeout(waiters, READ_ONCE(released), STUCK_FOR);
	WRITE_ONCE(stuck, false);
	return 0;
}

static int ping_doit(struct sk_buff *skb, struct genl_info *info)
{
	return 0;
}

static const struct genl_small_ops ops[] = {
	{ .cmd = STUCK_CMD_STAY, .doit = stay_doit, .flags = GENL_ADMIN_PERM },
	{ .cmd = STUCK_CMD_PING, .doit = ping_doit },
};

static struct genl_family family __ro_after_init = {
	.name = "netswap_stuck",
	.version = 1,
	.module = THIS_MODULE,
	.small_ops = ops,
	.n_small_ops = ARRAY_SIZE(ops),
	.resv_start_op = STUCK_CMD_PING + 1,
};

static int release(const char *text, const struct kernel_param *param)
{
	WRITE_ONCE(released, true);
	wake_up_all(&waiters);
	return 0;
}

static const struct kernel_param_ops release_ops = { .set = release };

module_param_cb(release, &release_ops, NULL, 0200);
MODULE_PARM_DESC(release, "written: whoever is stuck goes on");

module_param(stuck, bool, 0400);
MODULE_PARM_DESC(stuck, "whether somebody is");

static int __init stuck_family_init(void)
{
	return genl_register_family(&family);
}
module_init(stuck_family_init);

static void __exit stuck_family_exit(void)
{
	genl_unregister_family(&family);
}
module_exit(stuck_family_exit);

MODULE_DESCRIPTION("Holds the lock of generic netlink for a test");
MODULE_LICENSE("GPL");
