// SPDX-License-Identifier: GPL-2.0
//
// The page allocator asks: may this caller go below the min watermark, how
// far, is the page marked, are memory policies lifted (series patches 3 to 6),
// how many pages may move to a CPU's own list. It tells when charged pages go
// back, and keeps an absolute emergency pool below the watermarks.
//
// netswap-rule: page_alloc_include  file=mm/page_alloc.c  token=linux/memreserve.h  count=1
// netswap-rule: gfp_depth  file=mm/page_alloc.c  token=memreserve_reserve_flags  count=1
// netswap-rule: gfp_take  file=mm/page_alloc.c  token=memreserve_may_take  count=1
// netswap-rule: gfp_mark  file=mm/page_alloc.c  token=memreserve_mark_page  count=1
// netswap-rule: gfp_mark_inline  file=mm/page_alloc.c  token=static inline void prep_new_page(  count=1
// netswap-rule: gfp_freed  file=mm/page_alloc.c  token=memreserve_page_freed  count=1
// netswap-rule: gfp_lift  file=mm/page_alloc.c  token=memreserve_lifts_policy  count=1
// netswap-rule: gfp_pcp_batch  file=mm/page_alloc.c  token=memreserve_pcp_batch  count=1  kernels=6.12  elsewhere: gfp_pcp_bulk
// netswap-rule: gfp_pcp_bulk  file=mm/page_alloc.c  token=memreserve_pcp_batch  count=1  kernels=6.1  elsewhere: gfp_pcp_batch
// netswap-rule: gfp_pcp_high  file=mm/page_alloc.c  token=memreserve_wants_free  count=1
// netswap-rule: wmark_raise  file=mm/page_alloc.c  token=memreserve_raise_wmarks  count=1
// netswap-rule: wmark_absolute  file=mm/page_alloc.c  token=memreserve_zone_emergency  count=2

@page_alloc_include@
@@
 #include <linux/migrate.h>
+#include <linux/memreserve.h>

@gfp_depth@
symbol gfp_mask;
statement S;
@@
 __gfp_pfmemalloc_flags(...)
 {
+	if (memreserve_asks(GFP))
+		return memreserve_reserve_flags(gfp_mask);
 	S
 	... when any
 }

@gfp_take@
symbol zone, order, gfp_mask, alloc_flags;
@@
 get_page_from_freelist(...)
 {
 	<+...
-	if (alloc_flags & ALLOC_NO_WATERMARKS)
+	if ((alloc_flags & ALLOC_NO_WATERMARKS) &&
+	    memreserve_may_take(zone, order, gfp_mask))
 		goto try_this_zone;
 	...+>
 }

@gfp_pcp_batch@
symbol pcp, zone, order, batch;
@@
 __rmqueue_pcplist(...)
 {
 	<+...
-	int batch = nr_pcp_alloc(pcp, zone, order);
+	int batch = memreserve_pcp_batch(zone, order, nr_pcp_alloc(pcp, zone, order));
 	...+>
 }

@gfp_pcp_bulk@
symbol zone, order, batch;
expression E1, E2, E3;
@@
 __rmqueue_pcplist(...)
 {
 	<+...
 	rmqueue_bulk(zone, order,
-	batch,
+	memreserve_pcp_batch(zone, order, batch),
 	E1, E2, E3)
 	...+>
 }

// While pages of the reserve are out and memory is short, what is freed goes where everybody finds
// it, and not to the list of a CPU that may not need it.
@gfp_pcp_high@
symbol zone;
statement S, S1;
@@
 nr_pcp_high(...)
 {
 	... when != S1
+	if (memreserve_wants_free(zone))
+		return 0;
 	S
 	... when any
 }

@gfp_mark@
symbol page, order, gfp_flags;
@@
 prep_new_page(...)
 {
 	<+...
-	set_page_pfmemalloc(page);
+	memreserve_mark_page(page, order, gfp_flags);
 	...+>
 }

// The question makes it just too large for the compiler to inline by itself.
@gfp_mark_inline@
typedef gfp_t;
identifier page, order, gfp_flags, alloc_flags;
@@
-static void prep_new_page(struct page *page, unsigned int order, gfp_t gfp_flags, unsigned int alloc_flags)
+static inline void prep_new_page(struct page *page, unsigned int order, gfp_t gfp_flags, unsigned int alloc_flags)
 {
 	...
 }

@gfp_freed@
symbol page, order;
@@
 free_pages_prepare(...)
 {
 	<+...
 	trace_mm_page_free(page, order);
+	memreserve_page_freed(page, order);
 	...+>
 }

@gfp_lift@
symbol gfp_mask, reserve_flags;
expression E;
@@
 __alloc_pages_slowpath(...)
 {
 	<+...
-	E || reserve_flags
+	memreserve_lifts_policy(gfp_mask, reserve_flags, E)
 	...+>
 }

@wmark_raise@
symbol zone, lowmem_pages;
expression E;
@@
 __setup_per_zone_wmarks(...)
 {
 	<+...
 	zone->_watermark[WMARK_PROMO] = E;
+	memreserve_raise_wmarks(zone, lowmem_pages);
 	...+>
 }

@wmark_absolute@
symbol z, alloc_flags, min;
statement S1, S2;
@@
 __zone_watermark_ok(...)
 {
 	<+...
 	if (unlikely(alloc_flags & ALLOC_RESERVES)) {
+		min -= memreserve_zone_emergency(z);
 		S1
 		S2
+		min += memreserve_zone_emergency(z);
 	}
 	...+>
 }
