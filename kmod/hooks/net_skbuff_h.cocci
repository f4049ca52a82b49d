// SPDX-License-Identifier: GPL-2.0
//
// A driver's receive page asks for its gfp (series patch 11).
//
// netswap-rule: skbuff_h_include  file=include/linux/skbuff.h  token=linux/memreserve.h  count=1
// netswap-rule: dev_page  file=include/linux/skbuff.h  token=memreserve_dev_page_gfp  count=1

@skbuff_h_include@
@@
 #include <linux/refcount.h>
+#include <linux/memreserve.h>

@dev_page@
symbol gfp_mask;
@@
-	gfp_mask |= __GFP_COMP | __GFP_MEMALLOC;
+	gfp_mask = memreserve_dev_page_gfp(gfp_mask | __GFP_COMP);
