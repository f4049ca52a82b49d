/* SPDX-License-Identifier: GPL-2.0 */
/* What the files mm/memreserve*.c share. */
#ifndef _MM_MEMRESERVE_INTERNAL_H
#define _MM_MEMRESERVE_INTERNAL_H

#include <linux/memreserve_ops.h>
#include <linux/percpu-defs.h>
#include <linux/types.h>

/**
 * struct memreserve_questions - how a group's questions are put to somebody
 * @bare: ops with the answers of the policy "bare"
 * @callbacks_size: the group's ops begin with so many bytes of callbacks
 * @aim: point the group's static calls to these ops. May sleep.
 */
struct memreserve_questions {
	const void *bare;
	size_t callbacks_size;
	void (*aim)(const void *ops);
};

extern const struct memreserve_questions memreserve_gfp_questions;
extern const struct memreserve_questions memreserve_slab_questions;
extern const struct memreserve_questions memreserve_sock_questions;
extern const struct memreserve_questions memreserve_throttle_questions;
extern const struct memreserve_questions memreserve_refill_questions;

/**
 * struct memreserve_answerer - the module that answers a group, if any
 * @ops: its answers, NULL when the base answers
 * @name: its name
 * @show: prints its counters, may be NULL
 *
 * Changed under a mutex. The console dump reads @name and @show without it,
 * under RCU: a machine that hangs may hang there.
 */
struct memreserve_answerer {
	const void *ops;
	const char *name;
	void (*show)(void);
};

extern struct memreserve_answerer memreserve_answerers[MEMRESERVE_NR_GROUPS];

/* Behind members of memreserve_host; see there. */
int memreserve_set_emergency(unsigned long pages, unsigned int wait_ms);
void memreserve_watch_frees(bool on);
unsigned long memreserve_emergency(void);
void memreserve_sk_count_in(void);
void memreserve_sk_uncount(unsigned int n);
int memreserve_sk_count(void);
unsigned int memreserve_backlog(void);
DECLARE_PER_CPU(unsigned int, memreserve_packets);
void memreserve_watch_growth(struct notifier_block *nb, bool on);

void memreserve_wake_throttled(void);

#endif /* _MM_MEMRESERVE_INTERNAL_H */
