// SPDX-License-Identifier: GPL-2.0
/* Which stacks the list of docs/forward-progress.md covers. */
#include <kunit/test.h>
#include <linux/module.h>

#include "alloc_list.h"

struct stack_case {
	const char *desc;
	const char *names[10];	/* innermost first */
	bool covered;
};

static const struct stack_case stack_cases[] = {
	{ "a segment of nbd's",
	  { "may_take [gfp_memalloc]", "get_page_from_freelist",
	    "__alloc_pages_slowpath.constprop.0", "alloc_pages_mpol_noprof",
	    "skb_page_frag_refill", "sk_page_frag_refill", "tcp_sendmsg_locked",
	    "tcp_sendmsg", "__sock_xmit [nbd]" }, true },
	{ "a header of nbd's, with the allocator SLAB",
	  { "get_page_from_freelist", "__alloc_pages", "kmem_getpages.isra.0",
	    "cache_grow_begin", "fallback_alloc", "____cache_alloc_node",
	    "kmem_cache_alloc_node", "__alloc_skb", "tcp_write_xmit",
	    "__sock_xmit [nbd]" }, true },
	{ "a segment of somebody else's",
	  { "get_page_from_freelist", "skb_page_frag_refill", "tcp_sendmsg_locked",
	    "tcp_sendmsg", "__sys_sendto", "do_syscall_64" }, false },
	{ "a function with nearly the same name",
	  { "get_page_from_freelist", "tcp_sendmsg_lock", "__sock_xmit" }, false },
	{ "in an interrupt of nbd's transmit",
	  { "get_page_from_freelist", "tcp_sendmsg_locked", "handle_softirqs",
	    "tcp_sendmsg", "__sock_xmit" }, false },
	{ "called by a listed one, but not on its behalf",
	  { "get_page_from_freelist", "mempool_alloc_noprof", "some_driver",
	    "tcp_sendmsg_locked", "__sock_xmit" }, false },
	{ "what asks is not what allocates",
	  { "tcp_sendmsg_locked", "__sock_xmit", "get_page_from_freelist",
	    "some_driver" }, false },
	{ "nothing known", { "f", "g" }, false },
	{ "an empty stack", {}, false },
};

static void name_stack_case(const struct stack_case *of, char *name)
{
	strscpy(name, of->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(stack, stack_cases, name_stack_case);

static void stack_is_covered_by_site_and_behalf(struct kunit *test)
{
	const struct stack_case *c = test->param_value;
	unsigned int nr = 0;

	while (nr < ARRAY_SIZE(c->names) && c->names[nr])
		nr++;
	KUNIT_EXPECT_EQ(test, alloc_list_names_covered(c->names, nr), c->covered);
}

static struct kunit_case alloc_list_cases[] = {
	KUNIT_CASE_PARAM(stack_is_covered_by_site_and_behalf, stack_gen_params),
	{}
};

static struct kunit_suite alloc_list_suite = {
	.name = "alloc_list",
	.test_cases = alloc_list_cases,
};
kunit_test_suite(alloc_list_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit suite of the list of allocations from the reserve");
MODULE_LICENSE("GPL");
