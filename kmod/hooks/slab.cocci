// SPDX-License-Identifier: GPL-2.0
//
// netswap-allocator: slab
//
// SLAB asks who may take objects of a slab made of reserve pages, and can keep
// them out of its array caches (series patches 1 and 13). While nobody answers,
// its own code decides. The allocation from an array cache stays as it is; to a
// free one no-op is added.
//
// netswap-rule: array_include  file=mm/slab.c  token=memreserve_slab.h  count=1
// netswap-rule: array_mark  file=mm/slab.c  token=memreserve_mark_slab  count=1
// netswap-rule: array_unmark  file=mm/slab.c  token=memreserve_unmark_slab  count=2
// netswap-rule: array_load  file=mm/slab.c  token=memreserve_slab_to(load  count=1
// netswap-rule: array_take  file=mm/slab.c  token=memreserve_slab_to(take, n, flags, get_first_slab(n, false))  count=1
// netswap-rule: array_reach  file=mm/slab.c  token=memreserve_tells_marked  count=1
// netswap-rule: array_entitled  file=mm/slab.c  token=!memreserve_asks(SLAB) && !gfp_pfmemalloc_allowed  count=1
// netswap-rule: array_entitled_take  file=mm/slab.c  token=memreserve_slab_to(take, n, flags, get_first_slab(n, true))  count=1
// netswap-rule: array_new  file=mm/slab.c  token=slab && memreserve_slab_private  count=1
// netswap-rule: array_fallback  file=mm/slab.c  token=slab && memreserve_asks(SLAB)  count=1
// netswap-rule: array_fallback_done  file=mm/slab.c  token=slab && !obj  count=1
// netswap-rule: array_wait_first  file=mm/slab.c  token=memreserve_wait_first  count=1
// netswap-rule: array_home  file=mm/slab.c  token=memreserve_goes_home  count=1
// netswap-rule: array_home_own  file=mm/slab.c  token=sk_memalloc_socks() && !memreserve_asks(SLAB)  count=1
// netswap-rule: array_home_empty  file=mm/slab.c  token=if (memreserve_slab_private  count=1
// netswap-rule: array_unshare  file=mm/slab.c  token=n->shared && !memreserve_settling  count=2
// netswap-rule: array_settle_include  file=mm/memreserve.c  token=memreserve_slab.h  count=1
// netswap-rule: array_settle  file=mm/memreserve.c  token=memreserve_settle_slabs  count=1

@array_include@
@@
 #include <linux/sched/task_stack.h>
+#include "memreserve_slab.h"

@array_mark@
symbol slab, folio;
@@
 kmem_getpages(...)
 {
 	<+...
-	if (sk_memalloc_socks() && page_is_pfmemalloc(folio_page(folio, 0)))
-		slab_set_pfmemalloc(slab);
+	if ((memreserve_asks(SLAB) || sk_memalloc_socks()) &&
+	    page_is_pfmemalloc(folio_page(folio, 0)))
+		memreserve_mark_slab(slab);
 	...+>
 }

@array_unmark@
identifier f =~ "^(kmem_freepages|get_valid_first_slab)$";
symbol slab;
@@
 f(...)
 {
 	<+...
(
-	__slab_clear_pfmemalloc(slab);
+	memreserve_unmark_slab(slab);
|
-	slab_clear_pfmemalloc(slab);
+	memreserve_unmark_slab(slab);
)
 	...+>
 }

@array_load@
symbol n, flags;
@@
 cache_alloc_refill(...)
 {
 	<+...
-	get_first_slab(n, false)
+	memreserve_slab_to(load, n, flags, get_first_slab(n, false))
 	...+>
 }

@array_take@
symbol n, flags;
@@
 ____cache_alloc_node(...)
 {
 	<+...
-	get_first_slab(n, false)
+	memreserve_slab_to(take, n, flags, get_first_slab(n, false))
 	...+>
 }

// With an empty array cache and no unmarked slab left.

@array_reach@
@@
 cache_alloc_refill(...)
 {
 	<+...
 	if (
-	    sk_memalloc_socks()
+	    memreserve_tells_marked(sk_memalloc_socks())
 	    ) { ... }
 	...+>
 }

@array_entitled@
symbol flags;
@@
 cache_alloc_pfmemalloc(...)
 {
 	<+...
-	if (!gfp_pfmemalloc_allowed(flags))
+	if (!memreserve_asks(SLAB) && !gfp_pfmemalloc_allowed(flags))
 		return NULL;
 	...+>
 }

@array_entitled_take@
symbol n, flags;
@@
 cache_alloc_pfmemalloc(...)
 {
 	<+...
-	get_first_slab(n, true)
+	memreserve_slab_to(take, n, flags, get_first_slab(n, true))
 	...+>
 }

// Of a new slab its maker has one object, the rest stays on it.

@array_new@
symbol cachep, slab, flags, node;
@@
 cache_alloc_refill(...)
 {
 	<+...
 	slab = cache_grow_begin(cachep, gfp_exact_node(flags), node);
+	if (slab && memreserve_slab_private(slab_test_pfmemalloc(slab))) {
+		void *obj = slab_get_obj(cachep, slab);
+
+		cache_grow_end(cachep, slab);
+		return obj;
+	}
 	...+>
 }

// Without this a caller that is not entitled but was given a reserve page as the
// last resort (__GFP_NOFAIL) would not get an object of it, and take another.

@array_fallback@
symbol cache, flags, slab, obj;
@@
 fallback_alloc(...)
 {
 	<+...
 	slab = cache_grow_begin(cache, flags, numa_mem_id());
+	if (slab && memreserve_asks(SLAB) && slab_test_pfmemalloc(slab))
+		obj = slab_get_obj(cache, slab);
 	cache_grow_end(cache, slab);
 	...+>
 }

@array_fallback_done@
symbol cache, slab, obj;
@@
 fallback_alloc(...)
 {
 	<+...
 	cache_grow_end(cache, slab);
 	if (
-	    slab
+	    slab && !obj
 	    ) { ... }
 	...+>
 }

// The first attempt never waits, with whatever gfp the caller came.

@array_wait_first@
symbol flags;
@@
 gfp_exact_node(...)
 {
 	<+...
-	return (flags | __GFP_THISNODE | __GFP_NOWARN) & ~(__GFP_RECLAIM|__GFP_NOFAIL);
+	return ((flags | __GFP_THISNODE | __GFP_NOWARN) & ~(__GFP_RECLAIM|__GFP_NOFAIL)) | memreserve_wait_first(flags);
 	...+>
 }

@array_home@
symbol cachep, objp, caller;
@@
 ___cache_free(...)
 {
 	<+...
 	objp = cache_free_debugcheck(cachep, objp, caller);
+	if (memreserve_goes_home(objp)) {
+		cache_free_pfmemalloc(cachep, virt_to_slab(objp), objp);
+		return;
+	}
 	...+>
 }

@array_home_own@
@@
 ___cache_free(...)
 {
 	<+...
 	if (
-	    sk_memalloc_socks()
+	    sk_memalloc_socks() && !memreserve_asks(SLAB)
 	    ) { ... }
 	...+>
 }

// A marked slab goes back to the page allocator as soon as it is empty: others
// would be kept for the next object.

@array_home_empty@
identifier empty;
symbol cachep, n, slab, objpp, nr_objects, node;
@@
 free_block(struct kmem_cache *cachep, void **objpp, int nr_objects, int node, struct list_head *empty)
 {
 	<+...
 	if (slab->active == 0) {
+		if (memreserve_slab_private(slab_test_pfmemalloc(slab))) {
+			n->free_objects -= cachep->num;
+			n->total_slabs--;
+			list_add(&slab->slab_list, empty);
+			continue;
+		}
 		...
 	} else { ... }
 	...+>
 }

// What the array caches hold from before goes home when an answerer comes. Meanwhile
// nothing moves to a node's shared array: from there it could get to a CPU's again.

@array_unshare@
identifier f =~ "^(cache_flusharray|__drain_alien_cache)$";
symbol n;
statement S;
@@
 f(...)
 {
 	<+...
 	if (
-	    n->shared
+	    n->shared && !memreserve_settling()
 	    ) S
 	...+>
 }

@array_settle_include@
@@
 #include "memreserve_internal.h"
+#include "memreserve_slab.h"

@array_settle@
symbol group;
@@
 memreserve_attach(...)
 {
 	<+...
 	static_branch_enable(&memreserve_keys[group]);
+	if (group == MEMRESERVE_SLAB)
+		memreserve_settle_slabs();
 	...+>
 }
