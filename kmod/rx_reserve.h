/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NETSWAP_RX_RESERVE_H
#define _NETSWAP_RX_RESERVE_H

#include <kunit/visibility.h>
#include <linux/memreserve_ops.h>
#include <linux/types.h>

#if IS_ENABLED(CONFIG_KUNIT)
gfp_t rx_reserve_gfp(enum memreserve_refill what, gfp_t gfp);
#endif

#endif /* _NETSWAP_RX_RESERVE_H */
