// SPDX-License-Identifier: GPL-2.0
/*
 * Makes memory short for the behaviour tests: each write to the parameter
 * "take" takes every page that an ordinary atomic caller could get. Unloading
 * gives all of them back.
 *
 * Unlike a raised watermark this ends: one page that comes free is enough for
 * whoever waits for one.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>

#include "starve.h"

static DEFINE_MUTEX(lock);
static struct starve starve = { .pages = LIST_HEAD_INIT(starve.pages) };

static int take(const char *value, const struct kernel_param *param)
{
	guard(mutex)(&lock);
	starve_take(&starve, GFP_ATOMIC);
	return 0;
}

static int taken(char *text, const struct kernel_param *param)
{
	guard(mutex)(&lock);
	return sysfs_emit(text, "%lu\n", starve.taken);
}

static const struct kernel_param_ops take_ops = { .set = take, .get = taken };

module_param_cb(take, &take_ops, NULL, 0600);
MODULE_PARM_DESC(take, "written: take all pages an atomic caller gets; read: pages taken");

static int __init starve_atomic_init(void)
{
	return 0;
}
module_init(starve_atomic_init);

static void __exit starve_atomic_exit(void)
{
	starve_end(&starve);
}
module_exit(starve_atomic_exit);

MODULE_DESCRIPTION("Takes the memory of a test VM down to what atomic callers get");
MODULE_LICENSE("GPL");
