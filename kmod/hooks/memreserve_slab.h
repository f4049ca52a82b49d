/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How SLAB, mm/slab.c, treats slabs made of reserve pages. Installed only in a
 * kernel that is built with it.
 *
 * SLAB hands out objects from array caches: one for each CPU, one that the CPUs
 * of a node share, and one for each other node whose objects are freed here.
 * Whoever comes is served from these without a look. So in strict mode no
 * object of a marked slab is ever in one of them: it is taken from its slab, one
 * at a time, and it goes back there.
 */
#ifndef _MM_MEMRESERVE_SLAB_H
#define _MM_MEMRESERVE_SLAB_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/memreserve.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "slab.h"

/* Marked slabs there are, of all caches. */
extern atomic_t memreserve_marked_slabs;

static inline bool memreserve_any_marked(void)
{
	return unlikely(atomic_read(&memreserve_marked_slabs));
}

/* Is a search for a marked slab worth its while? @own: the kernel's own reason. */
#define memreserve_tells_marked(own) \
	(memreserve_asks(SLAB) ? memreserve_any_marked() : (own))

static inline void memreserve_mark_slab(struct slab *slab)
{
	atomic_inc(&memreserve_marked_slabs);
	slab_set_pfmemalloc(slab);
}

static inline void memreserve_unmark_slab(struct slab *slab)
{
	if (!slab_test_pfmemalloc(slab))
		return;
	slab_clear_pfmemalloc(slab);
	atomic_dec(&memreserve_marked_slabs);
}

/* Of a marked slab, to which @object goes back past all array caches? */
static inline bool memreserve_goes_home(const void *object)
{
	return memreserve_slab_private(memreserve_any_marked() &&
				       slab_test_pfmemalloc(virt_to_slab(object)));
}

/*
 * The slab of @n that comes next for @gfp, or NULL: one to fill an array cache
 * from, or one to take a single object of. A marked one comes last. If it is of
 * the list of free slabs, that counts one less already. n->list_lock is held.
 */
struct slab *memreserve_slab_to_load(struct kmem_cache_node *n, gfp_t gfp);
struct slab *memreserve_slab_to_take(struct kmem_cache_node *n, gfp_t gfp);

/*
 * SLAB's attempt at one node does not wait. A caller that can wait is to do so
 * before it takes reserve memory; and the answers about the reserve tell callers
 * apart by that. So its first attempt is an ordinary one.
 */
static inline gfp_t memreserve_wait_first(gfp_t gfp)
{
	if (!static_branch_unlikely(&memreserve_strict_key) ||
	    !(gfp & __GFP_DIRECT_RECLAIM) || (current->flags & PF_MEMALLOC))
		return 0;
	return __GFP_NOMEMALLOC;
}

/* @what is the tail of one of these; @own: the kernel's own search. */
#define memreserve_slab_to(what, n, gfp, own) \
	(memreserve_asks(SLAB) ? memreserve_slab_to_##what(n, gfp) : (own))

/* Must objects of a CPU or another node go to their slabs, not to a shared array? */
extern bool memreserve_slabs_settle;

static inline bool memreserve_settling(void)
{
	return static_branch_unlikely(&memreserve_strict_key) &&
	       READ_ONCE(memreserve_slabs_settle);
}

/* The answers about slabs have changed. May sleep. */
void memreserve_settle_slabs(void);

#endif /* _MM_MEMRESERVE_SLAB_H */
