// SPDX-License-Identifier: GPL-2.0
/*
 * Mistakes on request, of the kinds that a checker reports and the kernel
 * survives, so that a test can see the checker at work. A write to the parameter
 * "race" has two threads change one variable for some milliseconds, a write to
 * "leak" loses a piece of memory.
 */
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/slab.h>

#define LONGEST_MS 10000

static int planted_value;
static unsigned long planted_until;

/* Not for the compiler to keep in a register: each turn is an access. */
static noinline void planted_change(void)
{
	planted_value++;
}

static int planted_thread(void *unused)
{
	while (!kthread_should_stop()) {
		if (time_before(jiffies, READ_ONCE(planted_until)))
			planted_change();
		else
			schedule_timeout_interruptible(1);
		cond_resched();
	}
	return 0;
}

static int plant_race(const char *text, const struct kernel_param *param)
{
	struct task_struct *threads[2];
	unsigned int ms;
	int i, err = kstrtouint(text, 10, &ms);

	if (err || ms > LONGEST_MS)
		return err ?: -ERANGE;
	WRITE_ONCE(planted_until, jiffies + msecs_to_jiffies(ms));
	for (i = 0; i < ARRAY_SIZE(threads) && !err; i++) {
		threads[i] = kthread_run(planted_thread, NULL, "planted/%d", i);
		err = PTR_ERR_OR_ZERO(threads[i]);
	}
	if (err)
		i--;
	else
		schedule_timeout_uninterruptible(msecs_to_jiffies(ms));
	while (i--)
		kthread_stop(threads[i]);
	return err;
}

static int plant_leak(const char *text, const struct kernel_param *param)
{
	unsigned int bytes;
	int err = kstrtouint(text, 10, &bytes);
	void *lost;

	if (err || !bytes || bytes > PAGE_SIZE)
		return err ?: -ERANGE;
	lost = kmalloc(bytes, GFP_KERNEL);
	if (!lost)
		return -ENOMEM;
	/* What was on the stack counts as a pointer to it. */
	memset(lost, 0xa5, bytes);
	OPTIMIZER_HIDE_VAR(lost);
	return 0;
}

static const struct kernel_param_ops race_ops = { .set = plant_race };
static const struct kernel_param_ops leak_ops = { .set = plant_leak };

module_param_cb(race, &race_ops, NULL, 0200);
MODULE_PARM_DESC(race, "written: two threads change one variable for so many milliseconds");
module_param_cb(leak, &leak_ops, NULL, 0200);
MODULE_PARM_DESC(leak, "written: lose so many bytes");

MODULE_DESCRIPTION("Mistakes on request, for tests of the kernel's checkers");
MODULE_LICENSE("GPL");
