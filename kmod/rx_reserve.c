// SPDX-License-Identifier: GPL-2.0
/*
 * rx_reserve - receive rings are filled from the reserve, and never wait
 *
 * A page is not swapped out before its acknowledgement has arrived, and that
 * needs a buffer in the receive ring. Mainline gives most drivers nothing from
 * the reserve for it. Worse, virtio_net then fills the ring from a worker,
 * with receive switched off and with leave to reclaim: the worker waits for
 * swap-out, which waits for an acknowledgement, which waits for the worker.
 *
 * Here, while a socket is marked, a refill may use the reserve (up to a floor
 * that gfp_memalloc keeps for the packets themselves), and a refill that runs
 * with receive switched off never reclaims.
 *
 * How many pages a full set of rings has is the reservation tree's affair.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <net/sock.h>

#include "gfp_memalloc.h"
#include "netswap.h"
#include "rx_reserve.h"

static const char * const counter_names[] = {
	[MEMRESERVE_REFILL_POLL] = "refills_poll",
	[MEMRESERVE_REFILL_WORK] = "refills_work",
	[MEMRESERVE_REFILL_HEAD] = "refills_head",
	[MEMRESERVE_REFILL_FRAG] = "refills_frag",
	[MEMRESERVE_REFILL_POOL] = "refills_pool",
	[MEMRESERVE_REFILL_SETUP] = "refills_setup",
};

static struct netswap_mechanism mech;

VISIBLE_IF_KUNIT gfp_t rx_reserve_gfp(enum memreserve_refill what, gfp_t gfp)
{
	switch (what) {
	case MEMRESERVE_REFILL_HEAD:
		/* A packet's head: it is here already, so no "later". */
		return gfp | __GFP_MEMALLOC;
	case MEMRESERVE_REFILL_WORK:
	case MEMRESERVE_REFILL_SETUP:
		/* Receive is switched off: whatever else, do not wait. */
		gfp &= ~__GFP_DIRECT_RECLAIM;
		gfp |= __GFP_HIGH;
		break;
	case MEMRESERVE_REFILL_POOL:
		/* Set-up may wait, NAPI does not ask to. */
		if (gfp & __GFP_DIRECT_RECLAIM)
			return gfp;
		break;
	case MEMRESERVE_REFILL_POLL:
	case MEMRESERVE_REFILL_FRAG:
		break;
	}
	return gfp | __GFP_MEMALLOC | GFP_MEMALLOC_LATER | __GFP_NOWARN;
}
EXPORT_SYMBOL_IF_KUNIT(rx_reserve_gfp);

static gfp_t refill_gfp(enum memreserve_refill what, gfp_t gfp)
{
	if (!sk_memalloc_socks())
		return gfp;
	netswap_count(&mech, what);
	return rx_reserve_gfp(what, gfp);
}

static void show(void)
{
	netswap_show(&mech);
}

static const struct memreserve_refill_ops ops = {
	.refill_gfp = refill_gfp,
};

static struct netswap_mechanism mech = {
	.name = KBUILD_MODNAME,
	.group = MEMRESERVE_REFILL,
	.ops = &ops,
	.counter_names = counter_names,
	.nr_counters = ARRAY_SIZE(counter_names),
	.show = show,
};

static int __init rx_reserve_init(void)
{
	return netswap_register(&mech);
}
module_init(rx_reserve_init);

static void __exit rx_reserve_exit(void)
{
	netswap_unregister(&mech);
}
module_exit(rx_reserve_exit);

MODULE_DESCRIPTION("Fills receive rings from the reserve, without waiting");
MODULE_LICENSE("GPL");
