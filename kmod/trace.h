/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM netswap

#if !defined(_NETSWAP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _NETSWAP_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>

/* Longer names of mechanisms are cut. */
#define NETSWAP_TRACE_NAME 32

/* A mechanism came into force, or went. */
TRACE_EVENT(netswap_mechanism,
	TP_PROTO(const char *name, bool attached),
	TP_ARGS(name, attached),
	TP_STRUCT__entry(
		__array(char, name, NETSWAP_TRACE_NAME)
		__field(bool, attached)
	),
	TP_fast_assign(
		strscpy(__entry->name, name, NETSWAP_TRACE_NAME);
		__entry->attached = attached;
	),
	TP_printk("%s %s", __entry->name,
		  __entry->attached ? "attached" : "detached")
);

/* A socket was marked, or is no longer. */
TRACE_EVENT(netswap_mark,
	TP_PROTO(u32 id, bool marked, bool by_user),
	TP_ARGS(id, marked, by_user),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(bool, marked)
		__field(bool, by_user)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->marked = marked;
		__entry->by_user = by_user;
	),
	TP_printk("id=%u %s by=%s", __entry->id,
		  __entry->marked ? "marked" : "unmarked",
		  __entry->by_user ? "user" : "kernel")
);

/* A direct reclaimer was held back. */
TRACE_EVENT(netswap_throttled,
	TP_PROTO(int node, u64 us, bool timed_out),
	TP_ARGS(node, us, timed_out),
	TP_STRUCT__entry(
		__field(int, node)
		__field(u64, us)
		__field(bool, timed_out)
	),
	TP_fast_assign(
		__entry->node = node;
		__entry->us = us;
		__entry->timed_out = timed_out;
	),
	TP_printk("node=%d us=%llu%s", __entry->node, __entry->us,
		  __entry->timed_out ? " timed-out" : "")
);

/* The reserve fell to a new lowest level. */
TRACE_EVENT(netswap_reserve_low,
	TP_PROTO(int node, int zone, unsigned long free, unsigned long min),
	TP_ARGS(node, zone, free, min),
	TP_STRUCT__entry(
		__field(int, node)
		__field(int, zone)
		__field(unsigned long, free)
		__field(unsigned long, min)
	),
	TP_fast_assign(
		__entry->node = node;
		__entry->zone = zone;
		__entry->free = free;
		__entry->min = min;
	),
	TP_printk("node=%d zone=%d free=%lu min=%lu", __entry->node,
		  __entry->zone, __entry->free, __entry->min)
);

/* The emergency pool was resized, or could not be. */
TRACE_EVENT(netswap_reserve,
	TP_PROTO(unsigned long pages, unsigned long before, int err),
	TP_ARGS(pages, before, err),
	TP_STRUCT__entry(
		__field(unsigned long, pages)
		__field(unsigned long, before)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->pages = pages;
		__entry->before = before;
		__entry->err = err;
	),
	TP_printk("pages=%lu before=%lu err=%d", __entry->pages,
		  __entry->before, __entry->err)
);

#endif /* _NETSWAP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
