// SPDX-License-Identifier: GPL-2.0
/*
 * The table that says by page frame whom a reserve page is charged to.
 *
 * Memory that is plugged in later gets tables of its own, or stays away: a page
 * of the reserve that nobody is charged for would be missing twice, once as a
 * free page and once as an unused one of its group, and in the end leave none to
 * those who must leave the unused ones alone.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>
#include <linux/xarray.h>

#include "reserve.h"

/* By page frame: 0, or an enum netswap_charge plus 1. */
static u8 *owner;
static unsigned long owner_frames;

#define LATER_FRAMES NETSWAP_LARGEST_CHARGED
static DEFINE_XARRAY(later);	/* the same by frame / LATER_FRAMES, for later memory */

static unsigned long last_frame(void)
{
	unsigned long last = 0;
	int nid;

	for_each_online_node(nid)
		last = max(last, node_end_pfn(nid));
	return last;
}

/**
 * netswap_owner_of - the entry of a page
 * @pfn: its frame, the first of a block; the entries of the others follow
 *	in a block of at most NETSWAP_LARGEST_CHARGED pages
 *
 * Any context. Return: NULL for memory that was there before its table.
 */
u8 *netswap_owner_of(unsigned long pfn)
{
	u8 *table;

	if (likely(pfn < owner_frames))
		return &owner[pfn];
	table = xa_load(&later, pfn / LATER_FRAMES);
	return table ? &table[pfn % LATER_FRAMES] : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(netswap_owner_of);

static int add_table(unsigned long index)
{
	u8 *table;
	int err;

	if (xa_load(&later, index))
		return 0;
	table = vzalloc(LATER_FRAMES);
	if (!table)
		return -ENOMEM;
	err = xa_insert(&later, index, table, GFP_KERNEL);
	if (err)
		vfree(table);
	return err;
}

/* Tables for memory that is about to come. Process context, sleeps. */
VISIBLE_IF_KUNIT int netswap_owners_grow(unsigned long start, unsigned long frames)
{
	unsigned long end = start + frames;
	int err = 0;

	start = round_down(max(start, owner_frames), LATER_FRAMES);
	for (; start < end && !err; start += LATER_FRAMES)
		err = add_table(start / LATER_FRAMES);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(netswap_owners_grow);

static int memory_event(struct notifier_block *nb, unsigned long what, void *ptr)
{
	const struct memory_notify *memory = ptr;
	int err;

	if (what != MEM_GOING_ONLINE)
		return NOTIFY_OK;
	err = netswap_owners_grow(memory->start_pfn, memory->nr_pages);
	if (err)
		pr_warn("netswap: memory stays offline: no room for the account of its pages\n");
	return notifier_from_errno(err);
}

static struct notifier_block memory_notifier = { .notifier_call = memory_event };

/* Nobody charges or frees through this module any more. */
void netswap_owners_uninit(void)
{
	unsigned long index;
	u8 *table;

	unregister_memory_notifier(&memory_notifier);
	xa_for_each(&later, index, table)
		vfree(table);
	xa_destroy(&later);
	vfree(owner);
	owner = NULL;
}

/* Process context, may sleep. */
int netswap_owners_init(void)
{
	int err;

	/* First: of what comes between the two both know. */
	err = register_memory_notifier(&memory_notifier);
	if (err)
		return err;
	owner_frames = round_up(last_frame(), LATER_FRAMES);
	owner = vzalloc(owner_frames);
	if (owner)
		return 0;
	netswap_owners_uninit();
	return -ENOMEM;
}

static void each_of(u8 *table, unsigned long first, unsigned long frames,
		    void (*call)(unsigned long pfn, u8 *entry))
{
	unsigned long i;

	for (i = 0; i < frames; i++) {
		call(first + i, &table[i]);
		if (!(i % SZ_64K))
			cond_resched();
	}
}

/* For all entries. Process context, may sleep between two of them. */
void netswap_owners_each(void (*call)(unsigned long pfn, u8 *entry))
{
	unsigned long index;
	u8 *table;

	each_of(owner, 0, owner_frames, call);
	xa_for_each(&later, index, table)
		each_of(table, index * LATER_FRAMES, LATER_FRAMES, call);
}
