// SPDX-License-Identifier: GPL-2.0
/*
 * alloc_list - is each allocation from the reserve one that we know of?
 *
 * docs/forward-progress.md argues that a page that is being swapped out gets
 * there: it lists every allocation on the way that the reserve may serve, with
 * its bound. An argument about a list is as good as the list is complete. With
 * check=1 each page that gfp_memalloc grants is compared with it.
 *
 * An allocation is known by two functions of its stack: the first one outside
 * the allocators (the site), and one further out that says on whose behalf it
 * is (within). What was interrupted is not the caller: the search ends where an
 * interrupt or softirq began.
 *
 * Looking up a name takes long, so what a return address means is remembered.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/hash.h>
#include <linux/instruction_pointer.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "alloc_list.h"
#include "netswap.h"

#define FRAMES	64
#define SLOTS	1024
#define SITES	64

struct listed {
	const char *site;
	const char *within;
};

/* The same as in docs/forward-progress.md: a test compares the two. */
static const struct listed list[] = {
	/* Swap-out: a reclaimer, or kblockd's worker */
	{ "xas_alloc", "shrink_folio_list" },
	{ "add_swap_count_continuation", "shrink_folio_list" },
	{ "tcp_sendmsg_locked", "__sock_xmit" },
	{ "tcp_write_xmit", "__sock_xmit" },
	{ "tcp_fragment", "__sock_xmit" },
	{ "__tcp_transmit_skb", "__sock_xmit" },
	{ "__tcp_retransmit_skb", "__sock_xmit" },
	{ "__tcp_send_ack", "__sock_xmit" },
	{ "dst_alloc", "__sock_xmit" },
	{ "___neigh_create", "__sock_xmit" },
	{ "arp_create", "__sock_xmit" },
	{ "ndisc_alloc_skb", "__sock_xmit" },
	{ "virtqueue_add_split", "__sock_xmit" },
	{ "skb_segment", "__sock_xmit" },
	/* Receive ring */
	{ "try_fill_recv", "__napi_poll" },
	{ "try_fill_recv", "refill_work" },
	{ "try_fill_recv", "virtnet_open" },
	{ "try_fill_recv", "virtnet_set_ringparam" },
	{ "e1000_alloc_rx_buffers", "__napi_poll" },
	{ "e1000_alloc_jumbo_rx_buffers", "__napi_poll" },
	{ "cp_rx_poll", "__napi_poll" },
	{ "vmxnet3_rq_rx_complete", "__napi_poll" },
	{ "vmxnet3_rq_alloc_rx_buf", "__napi_poll" },
	/* A packet in the stack */
	{ "page_to_skb", "__napi_poll" },
	{ "receive_buf", "__napi_poll" },
	{ "virtnet_skb_append_frag", "__napi_poll" },
	{ "e1000_clean_rx_irq", "__napi_poll" },
	{ "e1000_clean_jumbo_rx_irq", "__napi_poll" },
	{ "napi_get_frags", "__napi_poll" },
	{ "tcp_collapse", "__napi_poll" },
	{ "dst_alloc", "__napi_poll" },
	{ "___neigh_create", "__napi_poll" },
	{ "arp_create", "__napi_poll" },
	{ "ndisc_alloc_skb", "__napi_poll" },
	/* What an ACK or a timer sends */
	{ "__tcp_send_ack", "__napi_poll" },
	{ "__tcp_send_ack", "tcp_delack_timer" },
	{ "tcp_write_xmit", "__napi_poll" },
	{ "tcp_write_xmit", "tcp_tasklet_func" },
	{ "tcp_fragment", "__napi_poll" },
	{ "__tcp_transmit_skb", "__napi_poll" },
	{ "__tcp_retransmit_skb", "__napi_poll" },
	{ "tcp_xmit_probe_skb", "tcp_write_timer" },
	{ "tcp_xmit_probe_skb", "tcp_keepalive_timer" },
	{ "virtqueue_add_split", "__napi_poll" },
	{ "skb_segment", "__napi_poll" },
	{ "tcp_write_xmit", "tcp_write_timer" },
	{ "tcp_fragment", "tcp_write_timer" },
	{ "__tcp_transmit_skb", "tcp_write_timer" },
	{ "__tcp_retransmit_skb", "tcp_write_timer" },
	{ "dst_alloc", "tcp_write_timer" },
	{ "___neigh_create", "tcp_write_timer" },
	{ "arp_create", "tcp_write_timer" },
	{ "ndisc_alloc_skb", "tcp_write_timer" },
	{ "virtqueue_add_split", "tcp_write_timer" },
	{ "skb_segment", "tcp_write_timer" },
	{ "virtqueue_add_split", "tcp_delack_timer" },
	{ "tcp_fragment", "tcp_tasklet_func" },
	{ "__tcp_transmit_skb", "tcp_tasklet_func" },
	{ "__tcp_retransmit_skb", "tcp_tasklet_func" },
	{ "virtqueue_add_split", "tcp_tasklet_func" },
	{ "skb_segment", "tcp_tasklet_func" },
	{ "tcp_send_fin", "kernel_sock_shutdown" },
	{ "__tcp_send_ack", "tcp_compressed_ack_kick" },
	{ "tcp_write_xmit", "tcp_pace_kick" },
	{ "tcp_fragment", "tcp_pace_kick" },
	{ "__tcp_transmit_skb", "tcp_pace_kick" },
	{ "__tcp_retransmit_skb", "tcp_pace_kick" },
	{ "virtqueue_add_split", "tcp_pace_kick" },
	{ "skb_segment", "tcp_pace_kick" },
};

/* Allocate for others: the site is who called them. "*": any end. */
static const char * const layers[] = {
	"__alloc_pages*", "alloc_pages*", "get_page_from_freelist",
	"__get_free_pages*", "get_zeroed_page*", "__folio_alloc*", "folio_alloc*",
	"kmalloc*", "__kmalloc*", "___kmalloc*", "__do_kmalloc*", "krealloc*",
	"kmem_cache_alloc*", "__kmem_cache_alloc*", "__slab_alloc*",
	"___slab_alloc*", "new_slab*", "allocate_slab*", "alloc_slab_page*",
	"____cache_alloc*", "cache_alloc_refill", "cache_grow_begin",
	"kmem_getpages", "alternate_node_alloc", "fallback_alloc",
	"mempool_*", "page_frag_alloc*", "__page_frag*", "memreserve_*",
	"__alloc_skb", "alloc_skb*", "napi_alloc_skb*", "__napi_alloc_skb*",
	"__netdev_alloc_skb*", "napi_skb_cache_get*", "napi_build_skb*",
	"__napi_build_skb*", "build_skb*", "__build_skb*", "napi_alloc_frag*",
	"__napi_alloc_frag*", "__netdev_alloc_frag*", "netdev_alloc_frag*",
	"skb_clone", "skb_copy", "skb_copy_expand", "pskb_expand_head",
	"__pskb_copy_fclone", "skb_page_frag_refill*", "sk_page_frag_refill*",
	"tcp_stream_alloc_skb*",
};

/* Where something else was interrupted, or a thread begins. */
static const char * const edges[] = {
	"handle_softirqs", "__do_softirq", "asm_*", "ret_from_fork*",
};

/* What a function is to the list; bit i stands for list[i]. */
struct meaning {
	DECLARE_BITMAP(site, ARRAY_SIZE(list));
	DECLARE_BITMAP(within, ARRAY_SIZE(list));
	bool layer;
	bool edge;
};

struct slot {
	unsigned long address;
	struct meaning meaning;
};

struct work {
	unsigned long frames[FRAMES];
	char name[KSYM_SYMBOL_LEN];
};

DEFINE_STATIC_KEY_FALSE(alloc_list_on);
EXPORT_SYMBOL_GPL(alloc_list_on);

/* Protects claiming a slot; a slot that has an address never changes again. */
static DEFINE_RAW_SPINLOCK(slots_lock);
static struct slot slots[SLOTS];
static DEFINE_PER_CPU(struct work, works);

/* Places that were reported; each is set once, the first free one first. */
static unsigned long sites[SITES];

/* Without what compilers and modules put behind a name: "f.isra.0 [nbd]". */
static size_t plain_length(const char *name)
{
	return strcspn(name, ". ");
}

static bool names(const char *pattern, const char *name, size_t length)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return length >= n - 1 && !strncmp(pattern, name, n - 1);
	return length == n && !strncmp(pattern, name, n);
}

static bool any_names(const char * const *patterns, size_t nr,
		      const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (names(patterns[i], name, length))
			return true;
	return false;
}

static struct meaning meaning_of(const char *name)
{
	size_t length = plain_length(name);
	struct meaning meaning = {
		.layer = any_names(layers, ARRAY_SIZE(layers), name, length),
		.edge = any_names(edges, ARRAY_SIZE(edges), name, length),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		if (names(list[i].site, name, length))
			__set_bit(i, meaning.site);
		if (names(list[i].within, name, length))
			__set_bit(i, meaning.within);
	}
	return meaning;
}

/* A walk from the allocator outwards. */
struct walk {
	DECLARE_BITMAP(site, ARRAY_SIZE(list));
	bool in_layers;	/* before: the mechanism that asks */
	bool at_site;
};

enum verdict { GO_ON, LISTED, UNLISTED };

static enum verdict step(struct walk *walk, const struct meaning *meaning)
{
	if (meaning->edge)
		return UNLISTED;
	if (!walk->at_site) {
		walk->in_layers |= meaning->layer;
		if (meaning->layer || !walk->in_layers)
			return GO_ON;
		walk->at_site = true;
		bitmap_copy(walk->site, meaning->site, ARRAY_SIZE(list));
	}
	return bitmap_intersects(walk->site, meaning->within, ARRAY_SIZE(list)) ?
		       LISTED : GO_ON;
}

VISIBLE_IF_KUNIT bool alloc_list_names_covered(const char * const *names,
					       unsigned int nr)
{
	enum verdict verdict = GO_ON;
	struct walk walk = {};
	unsigned int i;

	for (i = 0; i < nr && verdict == GO_ON; i++) {
		struct meaning meaning = meaning_of(names[i]);

		verdict = step(&walk, &meaning);
	}
	return verdict == LISTED;
}
EXPORT_SYMBOL_IF_KUNIT(alloc_list_names_covered);

/* A module may go, and another one's text may take its place. */
static bool may_remember(unsigned long address)
{
	return address < MODULES_VADDR || address >= MODULES_END;
}

/* Return: the address's slot, or NULL if it has none and can have none now. */
static struct slot *slot_of(unsigned long address, char *name)
{
	unsigned int i, at = hash_long(address, ilog2(SLOTS));

	if (!may_remember(address))
		return NULL;
	for (i = 0; i < 16; i++, at = (at + 1) % SLOTS) {
		struct slot *slot = &slots[at];
		/* Pairs with the release below: the meaning is there, too. */
		unsigned long owner = smp_load_acquire(&slot->address);

		if (owner == address)
			return slot;
		if (owner)
			continue;
		if (!raw_spin_trylock(&slots_lock))
			return NULL;
		if (!slot->address) {
			sprint_symbol_no_offset(name, address - 1);
			slot->meaning = meaning_of(name);
			/* Pairs with the acquire above. */
			smp_store_release(&slot->address, address);
		}
		raw_spin_unlock(&slots_lock);
		if (slot->address == address)
			return slot;
	}
	return NULL;
}

static bool first_report(unsigned long address)
{
	unsigned int i;

	for (i = 0; i < SITES; i++) {
		unsigned long known = cmpxchg(&sites[i], 0, address);

		if (!known)
			return true;
		if (known == address)
			return false;
	}
	/* More than a list can be this wrong about: better too few than a flood. */
	return false;
}

static bool covers(struct work *work, unsigned long *site)
{
	unsigned int nr = stack_trace_save(work->frames, FRAMES, 0);
	enum verdict verdict = GO_ON;
	struct walk walk = {};
	unsigned int i;

	for (i = 0; i < nr && verdict == GO_ON; i++) {
		unsigned long address = work->frames[i];
		struct meaning meaning;
		struct slot *slot;

		slot = slot_of(address, work->name);
		if (slot) {
			meaning = slot->meaning;
		} else {
			sprint_symbol_no_offset(work->name, address - 1);
			meaning = meaning_of(work->name);
		}
		verdict = step(&walk, &meaning);
		if (walk.at_site && !*site)
			*site = address;
	}
	/* Nothing outside the allocators: a report still needs a name. */
	if (!*site)
		*site = _RET_IP_;
	return verdict == LISTED;
}

bool alloc_list_covers(gfp_t gfp)
{
	unsigned long flags, site = 0;
	bool covered;

	/* A thread that restores a connection: its own line of the page. */
	if (in_task() && netswap_task_granted())
		return true;

	local_irq_save(flags);
	covered = covers(this_cpu_ptr(&works), &site);
	if (!covered && first_report(site)) {
		pr_warn("not in the list of docs/forward-progress.md: %ps takes reserve memory with %pGg\n",
			(void *)site, &gfp);
		dump_stack();
	}
	local_irq_restore(flags);
	return covered;
}
EXPORT_SYMBOL_GPL(alloc_list_covers);

static int check_set(const char *value, const struct kernel_param *param)
{
	bool on;
	int err = kstrtobool(value, &on);

	if (err) {
		pr_err("check=%s: say 0 or 1\n", value);
		return err;
	}
	if (on)
		static_branch_enable(&alloc_list_on);
	else
		static_branch_disable(&alloc_list_on);
	return 0;
}

static int check_get(char *text, const struct kernel_param *param)
{
	return sysfs_emit(text, "%d\n", static_key_enabled(&alloc_list_on));
}

static const struct kernel_param_ops check_ops = {
	.set = check_set,
	.get = check_get,
};

module_param_cb(check, &check_ops, NULL, 0644);
MODULE_PARM_DESC(check, "1: report each allocation from the reserve that docs/forward-progress.md does not list (slow; default 0)");
