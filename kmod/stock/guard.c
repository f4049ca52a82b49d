// SPDX-License-Identifier: GPL-2.0
/*
 * netswap_guard - virtio_net's receive ring is filled from the reserve, on a
 * kernel without hooks
 *
 * virtio_net fills its ring without a grant. When that fails it fills it from
 * a worker, with receive switched off and with leave to reclaim: the worker
 * waits for swap-out, which waits for an acknowledgement, which waits for the
 * worker. Both ways go through one function, and this module puts a probe on
 * its entry, which changes the gfp it is called with: while a socket is marked
 * for swap, the refill may use the reserve and never reclaims.
 *
 * It changes an argument by its place, so it loads only where the kernel's
 * type information says that this is the function which was verified, and it
 * touches only the two values that virtio_net is known to pass.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/percpu.h>
#include <linux/ptrace.h>
#include <linux/string.h>
#include <net/sock.h>

#include "btf_check.h"
#include "hooks.h"

#define DRIVER		"virtio_net"
#define FUNCTION	"try_fill_recv"

static const char * const params[] = { "vi", "rq", "gfp" };

enum { FROM_POLL, FROM_WORK, UNKNOWN, NR_COUNTERS };

static DEFINE_PER_CPU(unsigned long [NR_COUNTERS], counters);

#ifdef CONFIG_X86_64
static unsigned long *third_argument(struct pt_regs *regs)
{
	return &regs->dx;
}
#else
#error "netswap_guard knows the calling convention of x86-64 only"
#endif

/*
 * Softirq in the first case, a worker or whoever opens the device in the
 * second. As rx_reserve's answers on a hooked kernel.
 */
static int fill_begins(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned long *argument = third_argument(regs);
	gfp_t gfp = (__force gfp_t)*argument;

	if (!sk_memalloc_socks())
		return 0;
	if (gfp == GFP_ATOMIC) {
		this_cpu_inc(counters[FROM_POLL]);
	} else if (gfp == GFP_KERNEL) {
		this_cpu_inc(counters[FROM_WORK]);
		gfp &= ~__GFP_DIRECT_RECLAIM;
		gfp |= __GFP_HIGH;
	} else {
		this_cpu_inc(counters[UNKNOWN]);
		return 0;
	}
	gfp |= __GFP_MEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
	*argument = (__force unsigned long)gfp;
	return 0;
}

static struct kprobe probe = {
	.symbol_name = FUNCTION,
	.pre_handler = fill_begins,
};

static int counter_get(char *text, const struct kernel_param *param)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(counters[(long)param->arg], cpu);
	return sysfs_emit(text, "%lu\n", sum);
}

static const struct kernel_param_ops counter_ops = { .get = counter_get };

module_param_cb(refills_poll, &counter_ops, (void *)FROM_POLL, 0444);
MODULE_PARM_DESC(refills_poll, "read only: refills in NAPI poll that got the reserve");
module_param_cb(refills_work, &counter_ops, (void *)FROM_WORK, 0444);
MODULE_PARM_DESC(refills_work, "the same by the worker, which then may not reclaim");
module_param_cb(unknown, &counter_ops, (void *)UNKNOWN, 0444);
MODULE_PARM_DESC(unknown, "read only: calls with an unknown gfp, left alone");

static bool armed;	/* changed by init, exit and the notifier, one at a time */

/* Says why not. Process context, sleeps. */
static int arm(void)
{
	int err;

	err = btf_check_params(DRIVER, FUNCTION, params, ARRAY_SIZE(params));
	if (err == -EPROTO)
		pr_err(FUNCTION "() takes other parameters in this kernel; not loaded\n");
	else if (err)
		pr_err("cannot check " FUNCTION "() by BTF (%d); is " DRIVER " loaded?\n",
		       err);
	if (err)
		return err;

	/* As new: the driver's last copy is gone, and took these with it. */
	probe.addr = NULL;
	probe.flags = 0;
	err = register_kprobe(&probe);
	if (err)
		pr_err("cannot put a probe on " FUNCTION "() (error %d); not loaded\n", err);
	armed = !err;
	return err;
}

static void disarm(void)
{
	if (armed)
		unregister_kprobe(&probe);
	armed = false;
}

/* The driver may go and come back while this module stays. */
static int driver_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *module = data;

	if (strcmp(module->name, DRIVER))
		return NOTIFY_DONE;
	if (event == MODULE_STATE_GOING)
		disarm();
	else if (event == MODULE_STATE_LIVE && !armed && arm())
		pr_warn(DRIVER " is there again, and its receive ring is not protected\n");
	return NOTIFY_DONE;
}

static struct notifier_block driver_notifier = { .notifier_call = driver_event };

static int __init guard_init(void)
{
	int err;

	if (kernel_has_hooks()) {
		pr_err("this kernel has memreserve hooks; load rx_reserve instead\n");
		return -EOPNOTSUPP;
	}
	err = arm();
	if (err)
		return err;
	err = register_module_notifier(&driver_notifier);
	if (err)
		disarm();
	return err;
}
module_init(guard_init);

static void __exit guard_exit(void)
{
	unregister_module_notifier(&driver_notifier);
	disarm();
}
module_exit(guard_exit);

MODULE_DESCRIPTION("Fills virtio_net's receive ring from the reserve, without hooks");
MODULE_LICENSE("GPL");
