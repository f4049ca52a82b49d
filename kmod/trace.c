// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

#define CREATE_TRACE_POINTS
#include "trace.h"

EXPORT_TRACEPOINT_SYMBOL_GPL(netswap_mark);
EXPORT_TRACEPOINT_SYMBOL_GPL(netswap_throttled);
EXPORT_TRACEPOINT_SYMBOL_GPL(netswap_reserve_low);
