/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NETSWAP_STOCK_MARKS_H
#define _NETSWAP_STOCK_MARKS_H

#include "common/common.h"

/* marks.c APIs */
extern const struct netswap_marker stock_marker;
unsigned int stock_marks_count(void);
void stock_marks_uninit(void);

#endif /* _NETSWAP_STOCK_MARKS_H */
