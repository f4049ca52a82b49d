// SPDX-License-Identifier: GPL-2.0
/*
 * memreserve - asks who may use emergency memory, and for what.
 *
 * See include/linux/memreserve.h for the questions, memreserve_ops.h for the
 * answers. Each is asked in one of
 *
 *   memreserve_page.c      groups gfp and slab, and the emergency pool
 *   memreserve_net.c       group sock, and the count of marks
 *   memreserve_packets.c   which packets are processed, and which wait
 *   memreserve_rings.c     group refill
 *   memreserve_throttle.c  group throttle
 *   memreserve_growth.c    what an administrator enlarges
 *
 * together with the answer of the policy "bare", a kernel from before Linux
 * 3.6. Here is the exchange of answerers, safe while the questions are being
 * asked. memreserve_show.c tells people who answers.
 *
 * The few parts of a mechanism that sleep live in these files and not in a
 * module, because a task that sleeps inside a module's text would be missed by
 * the grace periods that make the unload safe.
 */
#define pr_fmt(fmt) "memreserve: " fmt

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/memreserve_ops.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "memreserve_internal.h"

struct static_key_false memreserve_keys[MEMRESERVE_NR_GROUPS] = {
	[0 ... MEMRESERVE_NR_GROUPS - 1] = STATIC_KEY_FALSE_INIT,
};
EXPORT_SYMBOL_GPL(memreserve_keys);

static DEFINE_MUTEX(memreserve_lock);	/* protects the next two */
static bool memreserve_bare;
struct memreserve_answerer memreserve_answerers[MEMRESERVE_NR_GROUPS];

static const struct memreserve_questions * const
memreserve_questions[MEMRESERVE_NR_GROUPS] = {
	[MEMRESERVE_GFP] = &memreserve_gfp_questions,
	[MEMRESERVE_SLAB] = &memreserve_slab_questions,
	[MEMRESERVE_SOCK] = &memreserve_sock_questions,
	[MEMRESERVE_THROTTLE] = &memreserve_throttle_questions,
	[MEMRESERVE_REFILL] = &memreserve_refill_questions,
};

static bool memreserve_complete(const struct memreserve_questions *questions,
				const void *ops)
{
	size_t i;

	for (i = 0; i < questions->callbacks_size / sizeof(void *); i++)
		if (!((void * const *)ops)[i])
			return false;
	return true;
}

static int memreserve_attach(enum memreserve_group group, const void *ops,
			     const char *name, void (*show)(void))
{
	if (group >= MEMRESERVE_NR_GROUPS || !ops || !name ||
	    !memreserve_complete(memreserve_questions[group], ops))
		return -EINVAL;

	guard(mutex)(&memreserve_lock);
	if (memreserve_answerers[group].ops)
		return -EBUSY;

	memreserve_answerers[group].ops = ops;
	memreserve_answerers[group].name = name;
	/* Aim first: once the key is on, the new answers are in force. */
	memreserve_questions[group]->aim(ops);
	static_branch_enable(&memreserve_keys[group]);
	WRITE_ONCE(memreserve_answerers[group].show, show);
	return 0;
}

static void memreserve_detach(enum memreserve_group group, const void *ops)
{
	if (group >= MEMRESERVE_NR_GROUPS)
		return;

	mutex_lock(&memreserve_lock);
	if (memreserve_answerers[group].ops != ops) {
		mutex_unlock(&memreserve_lock);
		return;
	}
	WRITE_ONCE(memreserve_answerers[group].show, NULL);
	/* Close the door first: on mainline nobody comes in any more. */
	if (!memreserve_bare)
		static_branch_disable(&memreserve_keys[group]);
	memreserve_questions[group]->aim(memreserve_questions[group]->bare);
	memreserve_answerers[group].ops = NULL;
	memreserve_answerers[group].name = NULL;
	mutex_unlock(&memreserve_lock);

	if (group == MEMRESERVE_THROTTLE)
		memreserve_wake_throttled();

	/*
	 * Whoever was inside a callback was in an interrupt, had preemption
	 * off, or was a preempted task: callbacks do not sleep. The first two
	 * are over after an RCU grace period, the last after a tasks one.
	 */
	synchronize_rcu();
	synchronize_rcu_tasks();
}

static const char *memreserve_policy(void)
{
	return memreserve_bare ? "bare" : "mainline";
}

static int memreserve_answerer_name(enum memreserve_group group, char *buf,
				    size_t len)
{
	guard(mutex)(&memreserve_lock);
	if (memreserve_answerers[group].ops)
		return scnprintf(buf, len, "module:%s",
				 memreserve_answerers[group].name);
	return scnprintf(buf, len, "%s", memreserve_policy());
}

const struct memreserve_host memreserve_host = {
	.abi = MEMRESERVE_ABI,
	.attach = memreserve_attach,
	.detach = memreserve_detach,
	.policy = memreserve_policy,
	.answerer = memreserve_answerer_name,
	.set_emergency = memreserve_set_emergency,
	.emergency = memreserve_emergency,
	.watch_frees = memreserve_watch_frees,
	.charged = &memreserve_charged,
	.sk_set = memreserve_sk_set,
	.sk_count_in = memreserve_sk_count_in,
	.sk_uncount = memreserve_sk_uncount,
	.watch_growth = memreserve_watch_growth,
	.sk_count = memreserve_sk_count,
	.backlog = memreserve_backlog,
	.packets = &memreserve_packets,
};
EXPORT_SYMBOL_GPL(memreserve_host);

/* ------------------------------------------------------------------------
 * The boot parameter
 */

static int __init memreserve_setup(char *arg)
{
	if (arg && !strcmp(arg, "bare")) {
		memreserve_bare = true;
		return 0;
	}
	if (arg && !strcmp(arg, "mainline"))
		return 0;
	pr_warn("memreserve=%s is not known; use mainline or bare. Keeping mainline\n",
		arg ?: "");
	return 0;
}
early_param("memreserve", memreserve_setup);

static int __init memreserve_start(void)
{
	int group;

	if (!memreserve_bare)
		return 0;
	for (group = 0; group < MEMRESERVE_NR_GROUPS; group++)
		static_branch_enable(&memreserve_keys[group]);
	pr_info("policy bare: swap over a network can deadlock\n");
	return 0;
}
core_initcall(memreserve_start);
