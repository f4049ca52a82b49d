/* SPDX-License-Identifier: GPL-2.0 */
/* Who answers a group of questions: a suite tests only what is in force. */
#ifndef _NETSWAP_TESTS_ANSWERER_H
#define _NETSWAP_TESTS_ANSWERER_H

#include <linux/string.h>

#include "netswap.h"

/* @want is "mainline", "bare" or "module:<name>". */
static inline bool answered_by(enum memreserve_group group, const char *want)
{
	char who[64];

	netswap_host()->answerer(group, who, sizeof(who));
	return !strcmp(who, want);
}

#endif /* _NETSWAP_TESTS_ANSWERER_H */
