/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Found only when the kernel has no <linux/memreserve.h> of its own: then the
 * modules still build, and netswap.ko says at load time that the kernel has no
 * hooks.
 */
#include "../../hooks/memreserve.h"
