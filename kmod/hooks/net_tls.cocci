// SPDX-License-Identifier: GPL-2.0
//
// TLS in the kernel sets a gfp of its own for a while; a marked socket's grant
// must not get lost.
//
// netswap-rule: tls_sw  file=net/tls/tls_sw.c  token=memreserve_sk_gfp  count=1
// netswap-rule: tls_device  file=net/tls/tls_device.c  token=memreserve_sk_gfp  count=1

@tls_sw@
symbol sk;
@@
 tls_data_ready(...)
 {
 	<+...
-	sk->sk_allocation = GFP_ATOMIC;
+	sk->sk_allocation = memreserve_sk_gfp(sk, GFP_ATOMIC);
 	...+>
 }

@tls_device@
symbol sk;
@@
 tls_device_write_space(...)
 {
 	<+...
-	sk->sk_allocation = GFP_ATOMIC;
+	sk->sk_allocation = memreserve_sk_gfp(sk, GFP_ATOMIC);
 	...+>
 }
