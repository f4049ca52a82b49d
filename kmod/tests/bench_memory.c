// SPDX-License-Identifier: GPL-2.0
/* Operations of netswap_bench: objects and pages, taken and given back. */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "bench.h"

#define BENCH_OBJECT_SIZE 256
#define BENCH_LARGE_ORDER 5
/* Most blocks are for movable pages; others would be borrowed from those, or not. */
#define LARGE_GFP (GFP_USER | __GFP_MOVABLE)

static struct kmem_cache *cache;
static void *objects[BENCH_OBJECTS];
static struct page *pages[BENCH_OBJECTS];
static struct page *wall;	/* keeps the block of page_5() from growing together with others */
static unsigned int missing;	/* allocations that failed in this sample */

static int expect_all(void)
{
	missing = 0;
	return 0;
}

static int got_all(void)
{
	return missing ? -ENOMEM : 0;
}

static void cache_pair(void)
{
	void *object = kmem_cache_alloc(cache, GFP_KERNEL);

	missing += !object;
	kmem_cache_free(cache, object);
}

/* More than the CPU keeps at hand: slabs come from the page allocator and go back. */
static void cache_many(void)
{
	unsigned int i;

	for (i = 0; i < BENCH_OBJECTS; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		missing += !objects[i];
	}
	for (i = 0; i < BENCH_OBJECTS; i++)
		kmem_cache_free(cache, objects[i]);
}

static void kmalloc_pair(void)
{
	void *object = kmalloc(512, GFP_KERNEL);

	/* Or the compiler would find the pair useless. */
	OPTIMIZER_HIDE_VAR(object);
	missing += !object;
	kfree(object);
}

static void page_pair(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	missing += !page;
	if (page)
		__free_pages(page, order);
}

static void page_0(void)
{
	page_pair(GFP_KERNEL, 0);
}

static void page_2(void)
{
	page_pair(GFP_KERNEL, 2);
}

/* Too large for the CPU's lists. Nothing is split or merged: see make_wall(). */
static void page_5(void)
{
	page_pair(LARGE_GFP, BENCH_LARGE_ORDER);
}

/* More than the CPU's list holds. */
static void page_many(void)
{
	unsigned int i;

	for (i = 0; i < BENCH_OBJECTS; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		missing += !pages[i];
	}
	for (i = 0; i < BENCH_OBJECTS; i++)
		if (pages[i])
			__free_page(pages[i]);
}

#define MEMORY_OP(op_name, op_batch, function) {	\
	.name = op_name,			\
	.batch = op_batch,			\
	.before = expect_all,			\
	.timed = function,			\
	.after = got_all,			\
}

const struct bench_op bench_memory_ops[] = {
	MEMORY_OP("kmem-cache", 1, cache_pair),
	MEMORY_OP("kmem-cache-slow", BENCH_OBJECTS, cache_many),
	MEMORY_OP("kmalloc", 1, kmalloc_pair),
	MEMORY_OP("page", 1, page_0),
	MEMORY_OP("page-slow", BENCH_OBJECTS, page_many),
	MEMORY_OP("page-order-2", 1, page_2),
	MEMORY_OP("page-order-5", 1, page_5),
};

const unsigned int bench_memory_count = ARRAY_SIZE(bench_memory_ops);

/*
 * What a block costs depends on whether a larger one must be split for it, and that
 * on all that went before. So there is one of the right size: half of a larger
 * block, whose other half stays taken.
 */
static int make_wall(void)
{
	struct page *block = alloc_pages(LARGE_GFP, BENCH_LARGE_ORDER + 1);
	unsigned int i;

	if (!block)
		return -ENOMEM;
	split_page(block, BENCH_LARGE_ORDER + 1);
	wall = block + (1 << BENCH_LARGE_ORDER);
	/* As one block again, or it would go to the CPU's list page by page. */
	for (i = 1; i < 1 << BENCH_LARGE_ORDER; i++)
		set_page_count(block + i, 0);
	__free_pages(block, BENCH_LARGE_ORDER);
	return 0;
}

int bench_memory_init(void)
{
	int err = make_wall();

	if (err)
		return err;
	/* Of its own: shared with another cache it would be as full as that one is. */
	cache = kmem_cache_create("netswap_bench", BENCH_OBJECT_SIZE, 0, SLAB_NOLEAKTRACE, NULL);
	if (cache)
		return 0;
	bench_memory_exit();
	return -ENOMEM;
}

void bench_memory_exit(void)
{
	unsigned int i;

	kmem_cache_destroy(cache);
	for (i = 0; i < 1 << BENCH_LARGE_ORDER; i++)
		__free_page(wall + i);
}
