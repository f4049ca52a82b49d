/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What netswap_bench measures. The module uses nothing of netswap's, so that it
 * can be built for a kernel without hooks as well.
 */
#ifndef _NETSWAP_BENCH_H
#define _NETSWAP_BENCH_H

#include <linux/types.h>

/* Packets, segments or objects of a sample with several. */
#define BENCH_PACKETS 16
#define BENCH_OBJECTS 1024

/**
 * struct bench_op - an operation
 * @name: as it is asked for
 * @batch: how many operations @timed makes
 * @before: not measured; process context, may leave bottom halves off
 * @timed: measured; allocates with GFP_KERNEL only if @before left bottom halves on
 * @after: not measured, called if @before succeeded: undoes it, and returns an
 *	error unless @timed did what it should
 *
 * @before and @after may be left out.
 */
struct bench_op {
	const char *name;
	unsigned int batch;
	int (*before)(void);
	void (*timed)(void);
	int (*after)(void);
};

/* For who has put packets into the CPU's backlog; process context, may sleep. */
void bench_let_softirqs_end(void);

extern const struct bench_op bench_memory_ops[];
extern const unsigned int bench_memory_count;
int bench_memory_init(void);
void bench_memory_exit(void);

extern const struct bench_op bench_packet_ops[];
extern const unsigned int bench_packet_count;
/* The interfaces nsb0 and nsb1 are there. */
int bench_packet_init(void);
void bench_packet_exit(void);

#endif
