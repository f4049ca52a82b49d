// SPDX-License-Identifier: GPL-2.0
/*
 * memreserve - the questions of the page allocator and of SLUB, and the
 * emergency pool.
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/memreserve_ops.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/static_call.h>

#include "internal.h"
#include "memreserve_internal.h"

DEFINE_STATIC_KEY_FALSE(memreserve_strict_key);
DEFINE_STATIC_KEY_FALSE(memreserve_emergency_key);
DEFINE_STATIC_KEY_FALSE(memreserve_frees_key);
EXPORT_SYMBOL_GPL(memreserve_frees_key);
atomic_t memreserve_charged = ATOMIC_INIT(0);
EXPORT_SYMBOL_GPL(memreserve_charged);

/* ------------------------------------------------------------------------
 * Page allocator
 */

/* PF_MEMALLOC counted outside interrupts only; no flag opened the reserve. */
static enum memreserve_depth bare_depth(gfp_t gfp)
{
	if ((gfp & __GFP_NOMEMALLOC) || in_interrupt())
		return MEMRESERVE_DEPTH_NONE;
	if ((current->flags & PF_MEMALLOC) || tsk_is_oom_victim(current))
		return MEMRESERVE_DEPTH_FULL;
	return MEMRESERVE_DEPTH_NONE;
}

static bool bare_may_take(struct zone *zone, unsigned int order, gfp_t gfp)
{
	return true;
}

static int bare_pcp_batch(struct zone *zone, unsigned int order, int batch)
{
	return batch;
}

static bool bare_lift_policy(gfp_t gfp)
{
	return false;
}

static bool bare_mark(struct page *page, unsigned int order, gfp_t gfp)
{
	return false;
}

static void bare_freed(struct page *page, unsigned int order)
{
}

static const struct memreserve_gfp_ops bare_gfp_ops = {
	.depth = bare_depth,
	.may_take = bare_may_take,
	.pcp_batch = bare_pcp_batch,
	.lift_policy = bare_lift_policy,
	.mark = bare_mark,
	.freed = bare_freed,
};

DEFINE_STATIC_CALL(mr_depth, bare_depth);
DEFINE_STATIC_CALL(mr_may_take, bare_may_take);
DEFINE_STATIC_CALL(mr_pcp_batch, bare_pcp_batch);
DEFINE_STATIC_CALL(mr_lift_policy, bare_lift_policy);
DEFINE_STATIC_CALL(mr_mark, bare_mark);
DEFINE_STATIC_CALL(mr_freed, bare_freed);

/*
 * In the allocator's own terms. ALLOC_NON_BLOCK alone lowers no watermark: it
 * lets an order-0 caller have pages of blocks that are kept for atomic callers
 * of higher orders. These count as free, so they must be to be had.
 */
int memreserve_reserve_flags(gfp_t gfp)
{
	switch (static_call(mr_depth)(gfp)) {
	case MEMRESERVE_DEPTH_FULL:
		return ALLOC_NO_WATERMARKS | ALLOC_NON_BLOCK;
	case MEMRESERVE_DEPTH_OOM:
		return ALLOC_OOM;
	case MEMRESERVE_DEPTH_NONE:
		break;
	}
	return 0;
}

bool memreserve_ask_take(struct zone *zone, unsigned int order, gfp_t gfp)
{
	return static_call(mr_may_take)(zone, order, gfp);
}

int memreserve_ask_pcp_batch(struct zone *zone, unsigned int order, int batch)
{
	return static_call(mr_pcp_batch)(zone, order, batch);
}

bool memreserve_ask_lift(gfp_t gfp)
{
	return static_call(mr_lift_policy)(gfp);
}

void memreserve_mark_page(struct page *page, unsigned int order, gfp_t gfp)
{
	if (!memreserve_asks(GFP) || static_call(mr_mark)(page, order, gfp))
		set_page_pfmemalloc(page);
	else
		clear_page_pfmemalloc(page);
}

void memreserve_ask_freed(struct page *page, unsigned int order)
{
	static_call(mr_freed)(page, order);
}

void memreserve_watch_frees(bool on)
{
	if (on)
		static_branch_enable_cpuslocked(&memreserve_frees_key);
	else
		static_branch_disable_cpuslocked(&memreserve_frees_key);
}

static void aim_gfp(const void *ops)
{
	const struct memreserve_gfp_ops *gfp = ops;

	static_call_update(mr_depth, gfp->depth);
	static_call_update(mr_may_take, gfp->may_take);
	static_call_update(mr_pcp_batch, gfp->pcp_batch);
	static_call_update(mr_lift_policy, gfp->lift_policy);
	static_call_update(mr_mark, gfp->mark);
	static_call_update(mr_freed, gfp->freed);
}

const struct memreserve_questions memreserve_gfp_questions = {
	.bare = &bare_gfp_ops,
	.callbacks_size = sizeof(struct memreserve_gfp_ops),
	.aim = aim_gfp,
};

/* ------------------------------------------------------------------------
 * SLUB
 */

static bool bare_slab_match(struct page *page, gfp_t gfp)
{
	return true;
}

static const struct memreserve_slab_ops bare_slab_ops = {
	.match = bare_slab_match,
};

DEFINE_STATIC_CALL(mr_slab_match, bare_slab_match);

bool memreserve_slab_match(struct page *page, gfp_t gfp)
{
	return static_call(mr_slab_match)(page, gfp);
}

/* Is @object of a marked slab? The mark is the flag that the page cache calls active. */
bool memreserve_is_marked(const void *object)
{
	struct folio *folio = virt_to_folio(object);

	return folio_test_slab(folio) && folio_test_active(folio);
}

bool memreserve_return_marked(struct kmem_cache *cache, void *object)
{
	if (!memreserve_is_marked(object))
		return false;
	kmem_cache_free(cache, object);
	return true;
}

static void aim_slab(const void *ops)
{
	const struct memreserve_slab_ops *slab = ops;

	static_call_update(mr_slab_match, slab->match);
	if (slab->strict)
		static_branch_enable(&memreserve_strict_key);
	else
		static_branch_disable(&memreserve_strict_key);
}

const struct memreserve_questions memreserve_slab_questions = {
	.bare = &bare_slab_ops,
	.callbacks_size = offsetof(struct memreserve_slab_ops, strict),
	.aim = aim_slab,
};

/* ------------------------------------------------------------------------
 * The emergency pool: an absolute term below every watermark
 */

static unsigned long memreserve_emergency_pages;
static unsigned long memreserve_zone_pages[MAX_NUMNODES][MAX_NR_ZONES];

unsigned long __memreserve_zone_emergency(struct zone *zone)
{
	return READ_ONCE(memreserve_zone_pages[zone_to_nid(zone)]
					      [zone_idx(zone)]);
}

/* Has the kernel's own memory part in this zone? */
static bool memreserve_is_lowmem(struct zone *zone)
{
	return !is_highmem(zone) && zone_idx(zone) != ZONE_MOVABLE;
}

static unsigned long memreserve_share(struct zone *zone, unsigned long total,
				      unsigned long lowmem_pages)
{
	if (!total || !lowmem_pages || !memreserve_is_lowmem(zone))
		return 0;
	return mult_frac(total, zone_managed_pages(zone), lowmem_pages);
}

/* Called for each zone, under zone->lock, whenever watermarks are set. */
void memreserve_raise_wmarks(struct zone *zone, unsigned long lowmem_pages)
{
	unsigned long share = memreserve_share(zone, READ_ONCE(memreserve_emergency_pages),
					       lowmem_pages);
	int i;

	WRITE_ONCE(memreserve_zone_pages[zone_to_nid(zone)][zone_idx(zone)],
		   share);
	for (i = WMARK_MIN; i < NR_WMARK; i++)
		zone->_watermark[i] += share;
}

static void memreserve_set_wmarks(unsigned long pages)
{
	WRITE_ONCE(memreserve_emergency_pages, pages);
	if (pages)
		static_branch_enable_cpuslocked(&memreserve_emergency_key);
	setup_per_zone_wmarks();
	if (!pages)
		static_branch_disable_cpuslocked(&memreserve_emergency_key);
}

/*
 * Free pages that @zone has beyond its min watermark, without the boost;
 * negative if it lacks some.
 */
static long memreserve_zone_spare(struct zone *zone)
{
	return (long)memreserve_zone_free(zone) -
	       (long)READ_ONCE(zone->_watermark[WMARK_MIN]);
}

static unsigned long memreserve_lowmem_pages(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_populated_zone(zone)
		if (memreserve_is_lowmem(zone))
			pages += zone_managed_pages(zone);
	return pages;
}

/*
 * Pages that zones of @nid lack for a pool of @more than there is; @spare gets
 * what they have above their min watermarks.
 */
static unsigned long memreserve_pool_lacks(int nid, unsigned long more,
					   unsigned long *spare)
{
	unsigned long lowmem_pages = memreserve_lowmem_pages();
	unsigned long lacking = 0;
	struct zone *zone;

	*spare = 0;
	for_each_populated_zone(zone) {
		long pages = memreserve_zone_spare(zone);

		if (zone_to_nid(zone) != nid || !memreserve_is_lowmem(zone))
			continue;
		*spare += max(pages, 0L);
		pages -= memreserve_share(zone, more, lowmem_pages);
		if (pages < 0) {
			wakeup_kswapd(zone, GFP_NOIO, 0, zone_idx(zone));
			lacking -= pages;
		}
	}
	return lacking;
}

static bool memreserve_gives_up(unsigned long deadline)
{
	return fatal_signal_pending(current) || time_after_eq(jiffies, deadline);
}

/*
 * Asks for @pages of @nid as an ordinary caller does and holds them for a
 * moment, so that kswapd has a reason to reclaim. Starts no I/O of its own and so
 * waits for none; the throttle may hold it back for a second at a time.
 */
static void memreserve_press(int nid, unsigned long pages, unsigned long deadline)
{
	const gfp_t gfp = GFP_NOIO | __GFP_THISNODE | __GFP_NOMEMALLOC |
			  __GFP_NORETRY | __GFP_NOWARN;
	struct page *page, *next;
	LIST_HEAD(taken);

	while (pages-- && !memreserve_gives_up(deadline) && (page = alloc_pages_node(nid, gfp, 0)))
		list_add(&page->lru, &taken);
	usleep_range(4000, 6000);
	list_for_each_entry_safe(page, next, &taken, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}

/* Sleeps until each zone has had its share of a pool of @more than there is free. */
static int memreserve_prove(unsigned long more, unsigned long deadline)
{
	unsigned long lacking, spare;
	int nid;

	for_each_node_state(nid, N_MEMORY) {
		while ((lacking = memreserve_pool_lacks(nid, more, &spare))) {
			if (fatal_signal_pending(current))
				return -EINTR;
			if (time_after_eq(jiffies, deadline))
				return -ENOMEM;
			memreserve_press(nid, lacking + spare, deadline);
		}
	}
	return 0;
}

int memreserve_set_emergency(unsigned long pages, unsigned int wait_ms)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(wait_ms);
	unsigned long before = memreserve_emergency_pages;
	int err;

	if (pages > memreserve_lowmem_pages() / 4)
		return -EINVAL;
	if (pages < before || !pages) {
		memreserve_set_wmarks(pages);
		return 0;
	}

	err = memreserve_prove(pages - before, deadline);
	if (err || pages == before)
		return err;
	memreserve_set_wmarks(pages);
	/* Somebody may have had some of it in between. */
	err = memreserve_prove(0, deadline);
	if (err)
		memreserve_set_wmarks(before);
	return err;
}

unsigned long memreserve_emergency(void)
{
	return READ_ONCE(memreserve_emergency_pages);
}
