// SPDX-License-Identifier: GPL-2.0
/* The control of the cases in sock_holds_suite.h: no module answers. */
#include <linux/module.h>

#include "sock_holds_suite.h"

static struct kunit_suite sock_holds_suite = SOCK_HOLDS_SUITE("sock_holds_base");
kunit_test_suite(sock_holds_suite);

MODULE_DESCRIPTION("KUnit suite of what the kernel itself does with held packets");
MODULE_LICENSE("GPL");
