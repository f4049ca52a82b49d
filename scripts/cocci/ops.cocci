// SPDX-License-Identifier: GPL-2.0
// The tables whose functions are called on the way of a page to swap, or from any context: the
// answers to memreserve's questions, and gauges. "open" is one that is not constant.

@table@
identifier t =~ "^(memreserve_(gfp|slab|sock|throttle|refill)_ops|netswap_gauge)$";
identifier v;
initializer i;
position p;
@@
(
 struct t v@p = i;
|
 struct t v@p[...] = i;
)

@fixed@
identifier t =~ "^(memreserve_(gfp|slab|sock|throttle|refill)_ops|netswap_gauge)$";
identifier v;
initializer i;
position table.p;
@@
(
 const struct t v@p = i;
|
 const struct t v@p[...] = i;
)

@script:python@
t << table.t;
v << table.v;
p << table.p;
@@
print("table\t%s\t%s\t%s\t%s\t" % (p[0].file, p[0].line, t, v))

@script:python@
v << fixed.v;
p << table.p;
@@
print("const\t%s\t%s\t\t%s\t" % (p[0].file, p[0].line, v))
