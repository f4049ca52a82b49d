// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that may use the reserve because they asked for it.
 *
 * The keeper of a swap area opens sockets and reconnects while memory is gone,
 * because it brings the connection that memory is to leave through. A granted
 * thread has PF_MEMALLOC, as a reclaimer has, until it ends or gives it back.
 *
 * A task's flags may be changed by the task alone, so no one here ever takes
 * the flag from a running thread:
 *
 *   - the thread gives it back by a request, which is handled in its context;
 *   - when it ends, the probe on sched_process_exit runs in its context, before
 *     its files are closed;
 *   - each grant holds a reference to this module, so the module stays for as
 *     long as there is one: unloading is refused, not raced with.
 *
 * So an entry never outlives its task either, and needs no reference to it. A
 * child inherits PF_MEMALLOC from its parent; the probe on sched_process_fork
 * takes it away before the child runs for the first time. (The workers of an
 * io_uring are made without that event: a granted thread does not use one.)
 *
 * The probes come with the first grant and stay until the unload, so that only
 * the first one needs memory.
 */
#include <linux/capability.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/genetlink.h>
#include <trace/events/sched.h>

#include "common/common.h"
#include "genl.h"

#define MAX_GRANTS 16

static DEFINE_RAW_SPINLOCK(grants_lock); /* protects writes to the next two */
static struct task_struct *grants[MAX_GRANTS];
static unsigned int nr_grants;

static DEFINE_MUTEX(watch_lock);	/* protects the next three */
static struct tracepoint *fork_event;
static struct tracepoint *exit_event;
static bool watching;

/**
 * netswap_grants_has - may this task use the reserve on its own account?
 * @task: current, or its parent while it is being made
 *
 * Any context, no lock: only the task itself changes the answer.
 */
bool netswap_grants_has(const struct task_struct *task)
{
	unsigned int i;

	if (!READ_ONCE(nr_grants))
		return false;
	for (i = 0; i < MAX_GRANTS; i++)
		if (READ_ONCE(grants[i]) == task)
			return true;
	return false;
}

/* Puts @now where @was is in the table. */
static bool replace(struct task_struct *was, struct task_struct *now)
{
	unsigned int i;

	raw_spin_lock(&grants_lock);
	for (i = 0; i < MAX_GRANTS; i++)
		if (grants[i] == was)
			break;
	if (i < MAX_GRANTS) {
		WRITE_ONCE(grants[i], now);
		WRITE_ONCE(nr_grants, nr_grants + (now ? 1 : -1));
	}
	raw_spin_unlock(&grants_lock);
	return i < MAX_GRANTS;
}

static void task_forks(void *unused, struct task_struct *parent,
		       struct task_struct *child)
{
	if (netswap_grants_has(parent))
		child->flags &= ~PF_MEMALLOC;
}

static void task_exits(void *unused, struct task_struct *task)
{
	if (task == current && netswap_grants_has(task))
		netswap_grants_drop();
}

static void find_event(struct tracepoint *event, void *unused)
{
	if (!strcmp(event->name, "sched_process_fork"))
		fork_event = event;
	else if (!strcmp(event->name, "sched_process_exit"))
		exit_event = event;
}

static int watch_tasks(void)
{
	int err;

	/* Does the compiler agree that these are the probes' types? */
	check_trace_callback_type_sched_process_fork(task_forks);
	check_trace_callback_type_sched_process_exit(task_exits);

	lockdep_assert_held(&watch_lock);
	if (watching)
		return 0;
	for_each_kernel_tracepoint(find_event, NULL);
	if (!fork_event || !exit_event)
		return -EOPNOTSUPP;
	err = tracepoint_probe_register(fork_event, task_forks, NULL);
	if (err)
		return err;
	err = tracepoint_probe_register(exit_event, task_exits, NULL);
	if (err) {
		tracepoint_probe_unregister(fork_event, task_forks, NULL);
		tracepoint_synchronize_unregister();
		return err;
	}
	watching = true;
	return 0;
}

/**
 * netswap_grants_take - let the calling thread use the reserve
 *
 * Process context, may sleep; a second time is no error.
 * Return: 0; -ENOSPC: too many threads have that; -EBUSY: the module is
 * leaving; -EOPNOTSUPP: this kernel does not tell when a task ends.
 */
int netswap_grants_take(void)
{
	int err;

	mutex_lock(&watch_lock);
	err = watch_tasks();
	mutex_unlock(&watch_lock);
	if (err || netswap_grants_has(current))
		return err;

	if (!try_module_get(THIS_MODULE))
		return -EBUSY;
	if (!replace(NULL, current)) {
		module_put(THIS_MODULE);
		return -ENOSPC;
	}
	current->flags |= PF_MEMALLOC;
	return 0;
}

/**
 * netswap_grants_drop - the calling thread is an ordinary one again
 *
 * Process context. Return: 0; -ENOENT: it was one.
 */
int netswap_grants_drop(void)
{
	if (!replace(current, NULL))
		return -ENOENT;
	current->flags &= ~PF_MEMALLOC;
	module_put(THIS_MODULE);
	return 0;
}

/* No grant is left: each one would have kept the module. */
void netswap_grants_uninit(void)
{
	if (!watching)
		return;
	tracepoint_probe_unregister(exit_event, task_exits, NULL);
	tracepoint_probe_unregister(fork_event, task_forks, NULL);
	/* One may still be on its way out of task_exits(). */
	tracepoint_synchronize_unregister();
}

/*
 * A request is handled in its sender's context. It could come from a worker
 * that sends for somebody else, or pretend to come from somebody else.
 */
static bool sent_by_current(const struct sk_buff *skb)
{
	return !(current->flags & (PF_KTHREAD | PF_IO_WORKER)) &&
	       NETLINK_CB(skb).creds.pid == task_tgid_vnr(current);
}

int netswap_nl_task_grant_doit(struct sk_buff *skb, struct genl_info *info)
{
	u32 on;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, NETSWAP_A_TASK_ON))
		return -EINVAL;
	on = nla_get_u32(info->attrs[NETSWAP_A_TASK_ON]);
	if (on > 1) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NETSWAP_A_TASK_ON],
				    "must be 0 or 1");
		return -EINVAL;
	}
	if (!sent_by_current(skb)) {
		NL_SET_ERR_MSG(info->extack,
			       "a thread can ask for itself only");
		return -EPERM;
	}
	/* As PR_SET_IO_FLUSHER, which is a smaller part of the same. */
	if (!capable(CAP_SYS_RESOURCE)) {
		NL_SET_ERR_MSG(info->extack, "needs CAP_SYS_RESOURCE");
		return -EPERM;
	}

	err = on ? netswap_grants_take() : netswap_grants_drop();
	if (err == -ENOSPC)
		NL_SET_ERR_MSG(info->extack, "too many threads may use the reserve");
	else if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack, "the thread may not use the reserve anyway");
	else if (err == -EOPNOTSUPP)
		NL_SET_ERR_MSG(info->extack, "this kernel does not tell when a task ends");
	return err;
}
