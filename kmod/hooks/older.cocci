// SPDX-License-Identifier: GPL-2.0
//
// What our own files call otherwise in an older kernel. They are written for
// the newest one.
//
// netswap-rule: nodemask_types  file=include/linux/memreserve.h  token=linux/nodemask.h  count=1  kernels=6.1  elsewhere: as written
// netswap-rule: sysctl_not_const  file=include/linux/memreserve.h  token=(struct ctl_table *  count=1  kernels=6.1  elsewhere: as written
// netswap-rule: frag_thresh_not_const  file=mm/memreserve_growth.c  token=(struct ctl_table *  count=1  kernels=6.1  elsewhere: as written
// netswap-rule: sysrq_int  file=mm/memreserve_show.c  token=memreserve_sysrq(int  count=1  kernels=6.1  elsewhere: as written
// netswap-rule: restore_takes_old  file=mm/memreserve_net.c  token=return current->flags & PF_MEMALLOC  count=1  kernels=6.1  elsewhere: as written
//
// restore_takes_old: memalloc_noreclaim_restore() of 6.1 takes what the flag was
// before, a newer one takes whether the flag is new.

@nodemask_types@
@@
-#include <linux/nodemask_types.h>
+#include <linux/nodemask.h>

@sysctl_not_const@
identifier table;
parameter list PS;
@@
 int memreserve_frag_thresh(
-const struct ctl_table *table,
+struct ctl_table *table,
 PS);

@frag_thresh_not_const@
identifier table;
parameter list PS;
@@
 memreserve_frag_thresh(
-const struct ctl_table *table,
+struct ctl_table *table,
 PS)
 {
 	...
 }

@sysrq_int@
typedef u8;
identifier key;
@@
 memreserve_sysrq(
-u8 key
+int key
 )
 {
 	...
 }

@restore_takes_old@
@@
 memreserve_xmit_save(...)
 {
 	<+...
-	return 0;
+	return current->flags & PF_MEMALLOC;
 	...+>
 }
