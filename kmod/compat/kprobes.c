// SPDX-License-Identifier: GPL-2.0
/* The kernel calls whoever asks for it at its functions, on the machine that we know. */
#include <linux/kprobes.h>

#if !IS_ENABLED(CONFIG_KPROBES) || !IS_ENABLED(CONFIG_X86_64)
#error "not here"
#endif
