// SPDX-License-Identifier: GPL-2.0
//
// nbd asks with which gfp, and whether with PF_MEMALLOC, it moves swap pages
// (series patch 14), and whether it sends them as they are, without a copy.
// That its sockets are marked goes through sk_set_memalloc().
//
// And who wants to replace a lost connection must not wait for somebody who waits
// for memory, and so for that connection: who tells user space of the loss does
// so with the lock held that senders need, netlink requests wait for those of
// any other family, and the list of devices is locked by whoever asks for their
// state, opens one, or adds one. nbd has locks of its own for what a request
// changes, but for two things that the lock of all families had to serve for: the
// backend, which lasts as long as the configuration, and the number of devices.
//
// netswap-rule: nbd_include  file=drivers/block/nbd.c  token=linux/memreserve.h  count=1
// netswap-rule: nbd_xmit_scope  file=drivers/block/nbd.c  token=memreserve_xmit_save  count=1
// netswap-rule: nbd_xmit_gfp  file=drivers/block/nbd.c  token=memreserve_xmit_gfp  count=1
// netswap-rule: nbd_splice  file=drivers/block/nbd.c  token=memreserve_xmit_flags  count=1  kernels=6.12  elsewhere: 6.1 cannot send pages without a copy from sendmsg(); nbd copies
// netswap-rule: nbd_note  file=drivers/block/nbd.c  token=memreserve_note_gfp  count=1
// netswap-rule: nbd_parallel  file=drivers/block/nbd.c  token=.parallel_ops = true  count=1
// netswap-rule: nbd_backend  file=drivers/block/nbd.c  token=names another backend  count=1
// netswap-rule: nbd_count  file=drivers/block/nbd.c  token=mutex_lock(&nbd_index_mutex)  count=1
// netswap-rule: nbd_status  file=drivers/block/nbd.c  token=genlmsg_new(msg_size, GFP_NOWAIT)  count=1
// netswap-rule: nbd_add  file=drivers/block/nbd.c  token=GFP_NOWAIT  count=4
// netswap-rule: nbd_config  file=drivers/block/nbd.c  token=sizeof(struct nbd_config), GFP_NOWAIT  count=1

@nbd_include@
@@
 #include <linux/nbd.h>
+#include <linux/memreserve.h>

@nbd_xmit_scope@
expression flag;
@@
 __sock_xmit(...)
 {
 	<+...
-	flag = memalloc_noreclaim_save();
+	flag = memreserve_xmit_save();
 	...+>
 }

@nbd_xmit_gfp@
symbol sock;
@@
 __sock_xmit(...)
 {
 	<+...
-	sock->sk->sk_allocation = GFP_NOIO | __GFP_MEMALLOC;
+	sock->sk->sk_allocation = memreserve_xmit_gfp(sock->sk, GFP_NOIO | __GFP_MEMALLOC);
 	...+>
 }

@nbd_splice@
symbol result, nbd, index, from, flags, sent, nsock, bvec;
@@
 nbd_send_cmd(...)
 {
 	<+...
-	result = sock_xmit(nbd, index, 1, &from, flags, &sent);
+	result = sock_xmit(nbd, index, 1, &from, flags | memreserve_xmit_flags(nsock->sock->sk, bvec.bv_page), &sent);
 	...+>
 }

@nbd_note@
symbol nsock;
expression size;
@@
 nbd_mark_nsock_dead(...)
 {
 	<+...
-	kmalloc(size, GFP_NOIO)
+	kmalloc(size, memreserve_note_gfp(nsock->sock->sk, GFP_NOIO))
 	...+>
 }

@nbd_parallel@
identifier nbd_genl_family;
@@
 struct genl_family nbd_genl_family = {
+	.parallel_ops = true,
 	...,
 };

@nbd_backend@
symbol nbd, info, ret;
statement S;
@@
 nbd_genl_reconfigure(...)
 {
 	...
-	if (nbd->backend) S
 	...
 	mutex_lock(&nbd->config_lock);
+	if (nbd->backend &&
+	    (!info->attrs[NBD_ATTR_BACKEND_IDENTIFIER] ||
+	     nla_strcmp(info->attrs[NBD_ATTR_BACKEND_IDENTIFIER], nbd->backend))) {
+		dev_err(nbd_to_dev(nbd), "the request names another backend than %s, or none\n", nbd->backend);
+		ret = -EINVAL;
+		goto out;
+	}
 	... when any
 }

@nbd_count@
@@
 nbd_dev_add(...)
 {
 	<+...
+	mutex_lock(&nbd_index_mutex);
 	nbd_total_devices++;
+	mutex_unlock(&nbd_index_mutex);
 	...+>
 }

@nbd_status@
symbol msg_size;
@@
 nbd_genl_status(...)
 {
 	<+...
-	genlmsg_new(msg_size, GFP_KERNEL)
+	genlmsg_new(msg_size, GFP_NOWAIT)
 	...+>
 }

// Whoever opens a device without one has the list's lock.
@nbd_config@
@@
-	kzalloc(sizeof(struct nbd_config), GFP_NOFS)
+	kzalloc(sizeof(struct nbd_config), GFP_NOWAIT)

@nbd_add@
expression list first;
@@
 nbd_dev_add(...)
 {
 	<+...
-	idr_alloc(first, GFP_KERNEL)
+	idr_alloc(first, GFP_NOWAIT)
 	...+>
 }
