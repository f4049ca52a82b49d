// SPDX-License-Identifier: GPL-2.0
//
// page_pool asks with which gfp it gets the pages that drivers refill their
// receive rings with. The series knew no page_pool.
//
// netswap-rule: page_pool_include  file=net/core/page_pool.c  token=linux/memreserve.h  count=1
// netswap-rule: page_pool_order  file=net/core/page_pool.c  token=gfp = __GFP_COMP | memreserve_refill_gfp(POOL  count=1
// netswap-rule: page_pool_bulk  file=net/core/page_pool.c  token=(memreserve_refill_gfp(POOL  count=1

@page_pool_include@
@@
 #include <linux/kernel.h>
+#include <linux/memreserve.h>

@page_pool_order@
symbol gfp;
@@
 __page_pool_alloc_page_order(...)
 {
 	<+...
-	gfp |= __GFP_COMP;
+	gfp = __GFP_COMP | memreserve_refill_gfp(POOL, gfp);
 	...+>
 }

@page_pool_bulk@
symbol gfp;
expression E1, E2, E3;
@@
 __page_pool_alloc_pages_slow(...)
 {
 	<+...
 	alloc_pages_bulk_array_node(
-	gfp,
+	memreserve_refill_gfp(POOL, gfp),
 	E1, E2, E3)
 	...+>
 }
