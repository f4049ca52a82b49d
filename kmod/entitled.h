/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NETSWAP_ENTITLED_H
#define _NETSWAP_ENTITLED_H

#include <linux/gfp.h>
#include <linux/memreserve_ops.h>
#include <linux/oom.h>
#include <linux/preempt.h>
#include <linux/sched.h>

/**
 * netswap_entitled - how far may the current caller go into the reserve?
 * @gfp: what it asks with
 *
 * __GFP_NOMEMALLOC wins over everything, __GFP_MEMALLOC over the context. A
 * task's PF_MEMALLOC counts outside hardirq: in softirq it belongs to the
 * handler (the kernel masks the interrupted task's), and a NAPI thread, a busy
 * poller or a task with bottom halves off owns its flag as any other task.
 *
 * Any context.
 */
static inline enum memreserve_depth netswap_entitled(gfp_t gfp)
{
	if (gfp & __GFP_NOMEMALLOC)
		return MEMRESERVE_DEPTH_NONE;
	if (gfp & __GFP_MEMALLOC)
		return MEMRESERVE_DEPTH_FULL;
	if (in_hardirq() || in_nmi())
		return MEMRESERVE_DEPTH_NONE;
	if (current->flags & PF_MEMALLOC)
		return MEMRESERVE_DEPTH_FULL;
	if (!in_interrupt() && tsk_is_oom_victim(current))
		return MEMRESERVE_DEPTH_OOM;
	return MEMRESERVE_DEPTH_NONE;
}

#endif /* _NETSWAP_ENTITLED_H */
