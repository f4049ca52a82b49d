/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NETSWAP_BTF_CHECK_H
#define _NETSWAP_BTF_CHECK_H

#include <linux/types.h>

int btf_check_params(const char *module, const char *function,
		     const char * const *params, unsigned int nr_params);

#endif /* _NETSWAP_BTF_CHECK_H */
