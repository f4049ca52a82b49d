// SPDX-License-Identifier: GPL-2.0
/*
 * memreserve - with which gfp receive rings are filled.
 */
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/memreserve_ops.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/workqueue.h>

#include "memreserve_internal.h"

static gfp_t bare_refill_gfp(enum memreserve_refill what, gfp_t gfp)
{
	return gfp;
}

static const struct memreserve_refill_ops bare_refill_ops = {
	.refill_gfp = bare_refill_gfp,
};

DEFINE_STATIC_CALL(mr_refill_gfp, bare_refill_gfp);

gfp_t memreserve_ask_refill_gfp(enum memreserve_refill what, gfp_t gfp)
{
	return static_call(mr_refill_gfp)(what, gfp);
}
EXPORT_SYMBOL_GPL(memreserve_ask_refill_gfp);

/*
 * What the driver asks for must be had at once or not at all: with less than
 * PF_MEMALLOC the allocator tries for ever, and what it waits for needs receive.
 * The flag on its own, for the kernel's helpers changed between versions.
 */
unsigned int memreserve_ring_begin(void)
{
	unsigned int before = current->flags & PF_MEMALLOC;

	if (!(memreserve_refill_gfp(SETUP, GFP_KERNEL) & __GFP_DIRECT_RECLAIM))
		current->flags |= PF_MEMALLOC;
	return before;
}
EXPORT_SYMBOL_GPL(memreserve_ring_begin);

void memreserve_ring_end(unsigned int before)
{
	current->flags = (current->flags & ~PF_MEMALLOC) | before;
}
EXPORT_SYMBOL_GPL(memreserve_ring_end);

/*
 * Only where the ordinary attempt has failed, which the caller makes inline.
 * Tasks make packets of buffers, too, which are no received ones.
 */
void *memreserve_late_head(struct kmem_cache *cache, gfp_t gfp)
{
	gfp_t from_reserve = in_softirq() ? memreserve_refill_gfp(HEAD, gfp) : gfp;

	return from_reserve == gfp ? NULL :
				     kmem_cache_alloc(cache, from_reserve);
}

/*
 * Many at once while there is memory for them. From the reserve only the one
 * that is needed now: the others would lie in the CPU's cache.
 */
int memreserve_alloc_heads(struct kmem_cache *cache, gfp_t gfp, size_t nr,
			   void **heads)
{
	int got = kmem_cache_alloc_bulk(cache, gfp | __GFP_NOWARN, nr, heads);

	if (got)
		return got;
	heads[0] = memreserve_late_head(cache, gfp);
	return heads[0] ? 1 : 0;
}

static void aim_refill(const void *ops)
{
	const struct memreserve_refill_ops *refill = ops;

	static_call_update(mr_refill_gfp, refill->refill_gfp);
}

const struct memreserve_questions memreserve_refill_questions = {
	.bare = &bare_refill_ops,
	.callbacks_size = sizeof(struct memreserve_refill_ops),
	.aim = aim_refill,
};

static struct workqueue_struct *memreserve_refill_wq;

/*
 * Where nobody answers, the queue that the driver has asked for. When that
 * changes, two may run for a moment; each has to switch NAPI off, and only one
 * at a time can.
 */
bool memreserve_queue_refill(struct delayed_work *work, unsigned long delay)
{
	struct workqueue_struct *queue = system_wq;

	if (memreserve_asks(REFILL))
		queue = memreserve_refill_wq;
	return queue_delayed_work(queue, work, delay);
}
EXPORT_SYMBOL_GPL(memreserve_queue_refill);

static int __init memreserve_rings_init(void)
{
	memreserve_refill_wq = alloc_workqueue("memreserve", WQ_MEM_RECLAIM, 0);
	if (!memreserve_refill_wq)
		panic("memreserve: no memory for a workqueue\n");
	return 0;
}
core_initcall(memreserve_rings_init);
