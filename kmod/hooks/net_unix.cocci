// SPDX-License-Identifier: GPL-2.0
//
// A message over an AF_UNIX stream stays in the sender's memory until a program
// reads it: may reserve memory be given to it so? (A datagram passes the
// receiver's filter, which asks.)
//
// netswap-rule: unix_stream  file=net/unix/af_unix.c  token=memreserve_refuses_hold_by(UNIX  count=1

@unix_stream@
symbol other, skb, err, out_err;
@@
 unix_stream_sendmsg(...)
 {
 	<+...
+	if (memreserve_refuses_hold_by(UNIX, other, skb)) {
+		memreserve_drop(skb);
+		err = -ENOBUFS;
+		goto out_err;
+	}
 	unix_state_lock(other);
 	...+>
 }
