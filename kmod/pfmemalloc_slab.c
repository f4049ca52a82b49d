// SPDX-License-Identifier: GPL-2.0
/*
 * pfmemalloc_slab - who may have an object of a slab made of reserve pages
 *
 * One object is enough to bring a whole slab of reserve memory into being. If
 * the rest of it went to whoever asks next, swap's reserve would end up in
 * unrelated structures. So the rest is kept for callers that are entitled to
 * the reserve themselves. An OOM victim is: it is about to free. A slab that
 * receive made is not for who sends when receive has used half of its share.
 *
 * Strict: a marked slab never becomes a CPU's current slab, from which the
 * allocator's fast path serves everybody without looking. An entitled caller
 * gets one object, and the slab returns to its node's partial list. That costs
 * entitled callers the fast path while memory is short, and others nothing.
 * What was a CPU slab before this module came is used up there: at most one
 * slab a CPU and cache.
 *
 * The allocator SLAB serves from arrays of objects instead: there, strict means
 * that no object of a marked slab is ever in one. What was there before this
 * module came goes back to its slab.
 */
#include <linux/gfp.h>
#include <linux/module.h>

#include "entitled.h"
#include "gfp_memalloc.h"
#include "netswap.h"
#include "reserve.h"

static bool strict = true;
module_param(strict, bool, 0444);
MODULE_PARM_DESC(strict, "keep marked slabs away from the fast path (default: on)");

enum { MATCHED, REFUSED };

static const char * const counter_names[] = {
	[MATCHED] = "objects_granted",
	[REFUSED] = "objects_refused",
};

static struct netswap_mechanism mech;

static bool match(struct page *page, gfp_t gfp)
{
	bool may_have = netswap_entitled(gfp) != MEMRESERVE_DEPTH_NONE &&
			!netswap_charge_keeps(page, netswap_charge_of(gfp_memalloc_class(gfp)));

	netswap_count(&mech, may_have ? MATCHED : REFUSED);
	return may_have;
}

static void show(void)
{
	netswap_show(&mech);
}

static const struct memreserve_slab_ops strict_ops = {
	.match = match,
	.strict = true,
};

static const struct memreserve_slab_ops loose_ops = {
	.match = match,
	.strict = false,
};

static struct netswap_mechanism mech = {
	.name = KBUILD_MODNAME,
	.group = MEMRESERVE_SLAB,
	.counter_names = counter_names,
	.nr_counters = ARRAY_SIZE(counter_names),
	.show = show,
};

static int __init pfmemalloc_slab_init(void)
{
	mech.ops = strict ? &strict_ops : &loose_ops;
	return netswap_register(&mech);
}
module_init(pfmemalloc_slab_init);

static void __exit pfmemalloc_slab_exit(void)
{
	netswap_unregister(&mech);
}
module_exit(pfmemalloc_slab_exit);

MODULE_DESCRIPTION("Keeps slabs made of reserve pages for those who free memory");
MODULE_LICENSE("GPL");
