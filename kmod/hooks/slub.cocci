// SPDX-License-Identifier: GPL-2.0
//
// SLUB asks who may take objects of a slab made of reserve pages, and can keep
// such slabs away from the CPU slab (series patches 1 and 2). Nothing is added
// outside the slow path.
//
// netswap-rule: slub_include  file=mm/slub.c  token=linux/memreserve.h  count=1
// netswap-rule: slab_match  file=mm/slub.c  token=memreserve_slab_match  count=1
// netswap-rule: slab_strict_new  file=mm/slub.c  token=|| memreserve_slab_private  count=1
// netswap-rule: slab_strict_partial  file=mm/slub.c  token=(memreserve_slab_private  count=1
// netswap-rule: slab_strict_cpu_partial  file=mm/slub.c  token=!memreserve_slab_private  count=1
// netswap-rule: slab_thisnode  file=mm/slub.c  token=memreserve_slab_keep  count=1

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
+	return memreserve_asks(SLAB) ? memreserve_slab_match(gfpflags) :
+				       gfp_pfmemalloc_allowed(gfpflags);
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
