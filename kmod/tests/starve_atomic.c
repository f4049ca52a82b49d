// SPDX-License-Identifier: GPL-2.0
/*
 * Makes memory short for the behaviour tests: each write to the parameter
 * "take" takes every page that an ordinary atomic caller could get. Unloading
 * gives all of them back. A write to "reserve" takes a few pages below that.
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

/* In no list of who takes reserve memory on the way to swap, and never will be. */
static noinline int take_from_reserve(void)
{
	struct page *page = alloc_page(GFP_ATOMIC | __GFP_MEMALLOC | __GFP_NOWARN);

	if (!page)
		return -ENOMEM;
	list_add(&page->lru, &starve.pages);
	starve.taken++;
	return 0;
}

static int take_reserve(const char *value, const struct kernel_param *param)
{
	unsigned int pages;
	int err = kstrtouint(value, 10, &pages);

	guard(mutex)(&lock);
	starve_take(&starve, GFP_ATOMIC);
	for (; !err && pages; pages--)
		err = take_from_reserve();
	return err;
}

static const struct kernel_param_ops take_ops = { .set = take, .get = taken };

module_param_cb(take, &take_ops, NULL, 0600);
MODULE_PARM_DESC(take, "written: take all pages an atomic caller gets; read: pages taken");

static const struct kernel_param_ops reserve_ops = { .set = take_reserve };

module_param_cb(reserve, &reserve_ops, NULL, 0200);
MODULE_PARM_DESC(reserve, "written: take so many pages from the reserve");

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
