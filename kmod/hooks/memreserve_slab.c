// SPDX-License-Identifier: GPL-2.0
/*
 * memreserve - SLAB's search for a slab, and its change to the strict mode.
 */
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/memreserve.h>
#include <linux/mutex.h>

#include "memreserve_slab.h"

atomic_t memreserve_marked_slabs = ATOMIC_INIT(0);

/* Who may have objects of marked slabs, and the first such slab that was met. */
struct search {
	gfp_t gfp;
	bool marked_too;
	struct slab *marked;
};

static bool may_have(const struct search *search, struct slab *slab)
{
	return search->marked_too &&
	       memreserve_slab_match(folio_page(slab_folio(slab), 0), search->gfp);
}

/*
 * The first unmarked slab of @list. Those that were passed go to the end, so that
 * the next search, with interrupts off as this one, does not pass them again.
 */
static struct slab *first_unmarked(struct list_head *list, struct search *search)
{
	struct slab *slab;

	list_for_each_entry(slab, list, slab_list) {
		if (!slab_test_pfmemalloc(slab)) {
			list_rotate_to_front(&slab->slab_list, list);
			return slab;
		}
		if (!search->marked && may_have(search, slab))
			search->marked = slab;
	}
	return NULL;
}

static struct slab *find_slab(struct kmem_cache_node *n, gfp_t gfp,
			      bool marked_too)
{
	struct search search = { .gfp = gfp, .marked_too = marked_too };
	struct slab *slab;

	lockdep_assert_held(&n->list_lock);
	slab = first_unmarked(&n->slabs_partial, &search);
	if (!slab) {
		n->free_touched = 1;
		slab = first_unmarked(&n->slabs_free, &search);
	}
	if (!slab)
		slab = search.marked;
	if (slab && !slab->active)
		n->free_slabs--;
	return slab;
}

struct slab *memreserve_slab_to_load(struct kmem_cache_node *n, gfp_t gfp)
{
	return find_slab(n, gfp, !static_branch_unlikely(&memreserve_strict_key));
}

struct slab *memreserve_slab_to_take(struct kmem_cache_node *n, gfp_t gfp)
{
	return find_slab(n, gfp, true);
}

bool memreserve_slabs_settle;

/*
 * Array caches may hold objects of marked slabs from the time before the strict
 * mode. None comes in any more, but they still move: from a CPU's array, or what
 * is kept for another node, to the shared one, and from there to a CPU's. So the
 * former way is closed, and the first turn leaves none in a shared array, the
 * second one none in a CPU's.
 */
void memreserve_settle_slabs(void)
{
	struct kmem_cache *cache;
	int turn;

	if (!static_key_enabled(&memreserve_strict_key) ||
	    !memreserve_any_marked())
		return;

	mutex_lock(&slab_mutex);
	WRITE_ONCE(memreserve_slabs_settle, true);
	for (turn = 0; turn < 2; turn++)
		list_for_each_entry(cache, &slab_caches, list)
			__kmem_cache_shrink(cache);
	WRITE_ONCE(memreserve_slabs_settle, false);
	mutex_unlock(&slab_mutex);
}
