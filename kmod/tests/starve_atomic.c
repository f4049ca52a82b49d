// SPDX-License-Identifier: GPL-2.0
/*
 * Makes memory short for the behaviour tests: each write to the parameter
 * "take" takes every page that an ordinary atomic caller could get. Unloading
 * gives all of them back. A write to "packets" also takes what packets of TCP
 * are left in slabs, one to "reserve" a few pages below that.
 *
 * Unlike a raised watermark this ends: one page that comes free is enough for
 * whoever waits for one.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/skbuff.h>
#include <linux/smp.h>
#include <net/tcp.h>

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
	starve_keep(&starve, page, 0);
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

static struct sk_buff_head packets;

/* Each CPU has slabs of its own. */
static int take_packets_here(void *unused)
{
	struct sk_buff *skb;

	starve_take(&starve, GFP_ATOMIC);
	while ((skb = alloc_skb_fclone(MAX_TCP_HEADER, GFP_ATOMIC | __GFP_NOWARN)))
		__skb_queue_tail(&packets, skb);
	return 0;
}

static int take_packets(const char *value, const struct kernel_param *param)
{
	unsigned int cpu;
	int err = 0;

	guard(mutex)(&lock);
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		err = smp_call_on_cpu(cpu, take_packets_here, NULL, false);
		if (err)
			break;
	}
	cpus_read_unlock();
	return err;
}

static const struct kernel_param_ops packets_ops = { .set = take_packets };

module_param_cb(packets, &packets_ops, NULL, 0200);
MODULE_PARM_DESC(packets, "written: take all pages and TCP packets an atomic caller gets");

static int __init starve_atomic_init(void)
{
	__skb_queue_head_init(&packets);
	return 0;
}
module_init(starve_atomic_init);

static void __exit starve_atomic_exit(void)
{
	__skb_queue_purge(&packets);
	starve_end(&starve);
}
module_exit(starve_atomic_exit);

MODULE_DESCRIPTION("Takes the memory of a test VM down to what atomic callers get");
MODULE_LICENSE("GPL");
