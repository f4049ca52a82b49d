// SPDX-License-Identifier: GPL-2.0
/* The kernel has the hooks that these modules answer. */
#include <linux/memreserve_ops.h>

static_assert(MEMRESERVE_ABI == 12);
