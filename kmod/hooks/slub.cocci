// SPDX-License-Identifier: GPL-2.0
//
// netswap-allocator: slub
//
// SLUB asks who may take objects of a slab made of reserve pages, and can keep
// such slabs away from the CPU slab (series patches 1 and 2). Nothing is added
// outside the slow path.
//
// netswap-rule: slub_include  file=mm/slub.c  token=linux/memreserve.h  count=1
// netswap-rule: slab_match  file=mm/slub.c  token=memreserve_slab_match  count=1
// netswap-rule: slab_strict_new  file=mm/slub.c  token=gfpflags) || memreserve_slab_private  count=1
// netswap-rule: slab_strict_partial  file=mm/slub.c  token=(memreserve_slab_private  count=1  kernels=6.12  elsewhere: slab_strict_acquired
// netswap-rule: slab_strict_acquired  file=mm/slub.c  token=if (memreserve_slab_private  count=1  kernels=6.1  elsewhere: slab_strict_partial
// netswap-rule: slab_strict_cpu_partial  file=mm/slub.c  token=!memreserve_slab_private  count=1  kernels=6.12  elsewhere: slab_strict_loaded
// netswap-rule: slab_strict_loaded  file=mm/slub.c  token=unlikely(memreserve_slab_private  count=1  kernels=6.1  elsewhere: slab_strict_cpu_partial
// netswap-rule: slab_strict_node  file=mm/slub.c  token=partial && memreserve_slab_private  count=1  kernels=6.12  elsewhere: slab_strict_node_old
// netswap-rule: slab_strict_node_old  file=mm/slub.c  token=object && memreserve_slab_private  count=1  kernels=6.1  elsewhere: slab_strict_node
// netswap-rule: slab_strict_free  file=mm/slub.c  token=bool memreserve_private  count=1  kernels=6.12  elsewhere: slab_strict_freed
// netswap-rule: slab_strict_freed  file=mm/slub.c  token=bool memreserve_private  count=1  kernels=6.1  elsewhere: slab_strict_free
// netswap-rule: slab_strict_free_lock  file=mm/slub.c  token=|| prior || memreserve_private  count=1  kernels=6.12  elsewhere: slab_strict_freeze
// netswap-rule: slab_strict_freeze  file=mm/slub.c  token=!prior && !memreserve_private  count=1  kernels=6.1  elsewhere: slab_strict_free_lock
// netswap-rule: slab_strict_free_list  file=mm/slub.c  token=|| memreserve_private) && unlikely  count=1
// netswap-rule: slab_strict_free_empty  file=mm/slub.c  token=s->min_partial || memreserve_private  count=1
// netswap-rule: slab_strict_empty  file=mm/slub.c  token=s->min_partial || memreserve_slab_private  count=2
// netswap-rule: slab_thisnode  file=mm/slub.c  token=memreserve_slab_keep  count=1  kernels=6.12  elsewhere: 6.1 asks for memory once, with the caller's own gfp

@slub_include@
@@
 #include <linux/swap.h>
+#include <linux/memreserve.h>

@slab_match@
symbol slab, gfpflags;
@@
 pfmemalloc_match(...)
 {
 	<+...
-	return gfp_pfmemalloc_allowed(gfpflags);
+	return memreserve_asks(SLAB) ?
+		       memreserve_slab_match(folio_page(slab_folio(slab), 0), gfpflags) :
+		       gfp_pfmemalloc_allowed(gfpflags);
 	...+>
 }

@slab_strict_new@
symbol s, slab, gfpflags, freelist;
@@
 ___slab_alloc(...)
 {
 	<+...
-	if (unlikely(!pfmemalloc_match(slab, gfpflags))) {
+	if (unlikely(!pfmemalloc_match(slab, gfpflags) || memreserve_slab_private(slab_test_pfmemalloc(slab)))) {
 		deactivate_slab(s, slab, get_freepointer(s, freelist));
 		return freelist;
 	}
 	...+>
 }

@slab_strict_partial@
symbol s, slab, freelist;
@@
 ___slab_alloc(...)
 {
 	<+...
 	freelist = freeze_slab(s, slab);
+	if (memreserve_slab_private(slab_test_pfmemalloc(slab))) {
+		deactivate_slab(s, slab, get_freepointer(s, freelist));
+		return freelist;
+	}
 	goto retry_load_slab;
 	...+>
 }

@slab_strict_cpu_partial@
symbol slab, gfpflags, node;
@@
 ___slab_alloc(...)
 {
 	<+...
 	node_match(slab, node) &&
-	pfmemalloc_match(slab, gfpflags)
+	pfmemalloc_match(slab, gfpflags) &&
+	!memreserve_slab_private(slab_test_pfmemalloc(slab))
 	...+>
 }

// One marked slab for this object, and none for the CPU's own list: there they
// would stay when they are empty.

@slab_strict_node@
symbol n, slab, partial;
@@
 get_partial_node(...)
 {
 	<+...
+	if (partial && memreserve_slab_private(slab_test_pfmemalloc(slab)))
+		continue;
 	remove_partial(n, slab);
 	...+>
 }

@slab_strict_node_old@
symbol s, n, slab, object, t;
@@
 get_partial_node(...)
 {
 	<+...
+	if (object && memreserve_slab_private(slab_test_pfmemalloc(slab)))
+		continue;
 	t = acquire_slab(s, n, slab, ...);
 	...+>
 }

// 6.1 freezes a slab as it takes it from its node's list, and makes one from the
// CPU's own list the CPU slab before it looks at it, with nothing on it for the
// fast path yet.

@slab_strict_acquired@
symbol s, slab, freelist;
statement S;
@@
 ___slab_alloc(...)
 {
 	<+...
 	if (kmem_cache_debug(s)) S
+	if (memreserve_slab_private(slab_test_pfmemalloc(slab))) {
+		deactivate_slab(s, slab, get_freepointer(s, freelist));
+		return freelist;
+	}
 	goto retry_load_slab;
 	...+>
 }

@slab_strict_loaded@
symbol slab, gfpflags;
@@
 ___slab_alloc(...)
 {
 	<+...
-	if (unlikely(!pfmemalloc_match(slab, gfpflags)))
+	if (unlikely(memreserve_slab_private(slab_test_pfmemalloc(slab)) || !pfmemalloc_match(slab, gfpflags)))
 		goto deactivate_slab;
 	...+>
 }

// A marked slab goes back to its node's list, and from there to the page
// allocator as soon as it is empty: others would keep some for the next object.

@slab_strict_free@
symbol on_node_partial, slab;
@@
 __slab_free(...)
 {
 	...
 	bool on_node_partial;
+	bool memreserve_private = memreserve_slab_private(slab_test_pfmemalloc(slab));
 	... when any
 }

@slab_strict_free_lock@
symbol s, prior;
@@
 __slab_free(...)
 {
 	<+...
-	!kmem_cache_has_cpu_partial(s) || prior
+	!kmem_cache_has_cpu_partial(s) || prior || memreserve_private
 	...+>
 }

@slab_strict_freed@
symbol flags, slab;
@@
 __slab_free(...)
 {
 	...
 	unsigned long flags;
+	bool memreserve_private = memreserve_slab_private(slab_test_pfmemalloc(slab));
 	... when any
 }

@slab_strict_freeze@
symbol s, prior;
@@
 __slab_free(...)
 {
 	<+...
-	kmem_cache_has_cpu_partial(s) && !prior
+	kmem_cache_has_cpu_partial(s) && !prior && !memreserve_private
 	...+>
 }

@slab_strict_free_list@
symbol s, prior;
@@
 __slab_free(...)
 {
 	<+...
-	!kmem_cache_has_cpu_partial(s) && unlikely(!prior)
+	(!kmem_cache_has_cpu_partial(s) || memreserve_private) && unlikely(!prior)
 	...+>
 }

@slab_strict_free_empty@
symbol s, n;
@@
 __slab_free(...)
 {
 	<+...
-	n->nr_partial >= s->min_partial
+	(n->nr_partial >= s->min_partial || memreserve_private)
 	...+>
 }

@slab_strict_empty@
identifier f =~ "^(deactivate_slab|__put_partials|__unfreeze_partials)$";
symbol s, n, slab;
@@
 f(...)
 {
 	<+...
-	n->nr_partial >= s->min_partial
+	(n->nr_partial >= s->min_partial || memreserve_slab_private(slab_test_pfmemalloc(slab)))
 	...+>
 }

@slab_thisnode@
symbol pc, gfpflags;
@@
 ___slab_alloc(...)
 {
 	<+...
-	pc.flags = GFP_NOWAIT | __GFP_THISNODE;
+	pc.flags = GFP_NOWAIT | __GFP_THISNODE | memreserve_slab_keep(gfpflags);
 	...+>
 }
