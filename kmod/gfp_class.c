// SPDX-License-Identifier: GPL-2.0
/*
 * What an entitled caller wants reserve memory for.
 *
 *   receive	packet data, struct sk_buff, replies made in softirq, and
 *		threads that were granted the reserve to restore a connection.
 *		Without it no acknowledgement is ever seen, and everything
 *		below waits for acknowledgements.
 *   refill	buffers for a receive ring, which can be filled later
 *		(GFP_MEMALLOC_LATER).
 *   transmit	whoever sends on a marked socket (it asks with __GFP_MEMALLOC)
 *		and can wait. A sender that gets nothing waits for its socket's
 *		write space and tries again; it holds nothing that a receive
 *		needs.
 *   reclaim	everything else: PF_MEMALLOC in process context, that is a
 *		reclaimer on its way, down into the driver that sends its page.
 */
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "gfp_memalloc.h"
#include "netswap.h"
#include "reserve.h"

/*
 * Bottom halves are off for a NAPI thread and a busy poller, which receive, and
 * for a task whose packet is in the qdisc or the driver.
 */
static bool has_packet(void)
{
	return in_softirq() && *this_cpu_ptr(netswap_host()->packets);
}

/* Does it run on behalf of a task that may wait, and not of a packet? */
static bool is_task(gfp_t gfp)
{
	if (in_serving_softirq() || in_hardirq() || in_nmi())
		return false;
	if (current->flags & PF_MEMALLOC)
		return !has_packet() && !netswap_task_granted();
	/* Who can wait for memory receives nothing: a marked socket sends. */
	if (gfp & __GFP_DIRECT_RECLAIM)
		return true;
	/* TCP asks so for what it splits. Drivers receive in the kernel's threads. */
	return !in_softirq() && !(current->flags & PF_KTHREAD);
}

/* What is asked for again later, if it is not to be had now. */
bool gfp_memalloc_is_refill(gfp_t gfp)
{
	return (gfp & GFP_MEMALLOC_LATER) == GFP_MEMALLOC_LATER;
}
EXPORT_SYMBOL_GPL(gfp_memalloc_is_refill);

enum gfp_memalloc_class gfp_memalloc_class(gfp_t gfp)
{
	/* Whoever fills the ring: a user's ip or ethtool, too. */
	if (gfp_memalloc_is_refill(gfp))
		return GFP_MEMALLOC_REFILL;
	if (is_task(gfp))
		return gfp & __GFP_MEMALLOC ? GFP_MEMALLOC_TRANSMIT :
					      GFP_MEMALLOC_RECLAIM;
	return GFP_MEMALLOC_RECEIVE;
}
EXPORT_SYMBOL_GPL(gfp_memalloc_class);

static const enum netswap_charge charge_of[GFP_MEMALLOC_NR_CLASSES] = {
	[GFP_MEMALLOC_RECEIVE] = NETSWAP_CHARGE_PACKETS,
	[GFP_MEMALLOC_REFILL] = NETSWAP_CHARGE_RINGS,
	[GFP_MEMALLOC_TRANSMIT] = NETSWAP_CHARGE_TRANSMIT,
	[GFP_MEMALLOC_RECLAIM] = NETSWAP_CHARGE_RECLAIM,
};

/* The group that pays for what @class takes. Any context. */
enum netswap_charge netswap_charge_of(enum gfp_memalloc_class class)
{
	return charge_of[class];
}
EXPORT_SYMBOL_GPL(netswap_charge_of);
