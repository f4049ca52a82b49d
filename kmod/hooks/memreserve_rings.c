// SPDX-License-Identifier: GPL-2.0
/*
 * memreserve - with which gfp receive rings are filled.
 */
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/memreserve_ops.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/static_call.h>

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

/* On their own, for the kernel's helpers changed their meaning between versions. */
unsigned int memreserve_ring_begin(void)
{
	unsigned int before = current->flags & PF_MEMALLOC_NOIO;

	if (!(memreserve_refill_gfp(SETUP, GFP_KERNEL) & __GFP_DIRECT_RECLAIM))
		current->flags |= PF_MEMALLOC_NOIO;
	return before;
}
EXPORT_SYMBOL_GPL(memreserve_ring_begin);

void memreserve_ring_end(unsigned int before)
{
	current->flags = (current->flags & ~PF_MEMALLOC_NOIO) | before;
}
EXPORT_SYMBOL_GPL(memreserve_ring_end);

/*
 * Many at once while there is memory for them. From the reserve only the one
 * that is needed now: the others would lie in the CPU's cache.
 */
int memreserve_alloc_heads(struct kmem_cache *cache, gfp_t gfp, size_t nr,
			   void **heads)
{
	int got = kmem_cache_alloc_bulk(cache, gfp | __GFP_NOWARN, nr, heads);
	gfp_t from_reserve;

	if (got)
		return got;
	from_reserve = memreserve_refill_gfp(HEAD, gfp);
	if (from_reserve == gfp)
		return 0;
	heads[0] = kmem_cache_alloc(cache, from_reserve);
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
