// SPDX-License-Identifier: GPL-2.0
/*
 * Reserve pages and who has them.
 *
 * The account is kept by page frame: a table (reserve_owner.c) has one byte a
 * page, which names the group that the page is charged to. A page is charged
 * when it is handed out and uncharged when it is back on the free lists, whoever
 * held it meanwhile and however often it was cut up, shared, cloned or split. So a
 * fragment in several packets, a head in a slab, and a ring buffer that became
 * part of a packet count once each, and nothing but the page allocator has to
 * tell us.
 *
 * Nothing here takes a lock: who changes a page's entry takes back what it said
 * before. A page that was freed while nobody watched is charged until it is
 * handed out again. The sums may be read while they move; a floor computed from
 * them can be off by one page for each CPU that takes one at this moment.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/printk.h>

#include "netswap.h"
#include "reserve.h"

static struct {
	atomic_t usage;
	atomic_t high;
	unsigned int reserved;	/* 0 while the tree is not active */
} account[NETSWAP_NR_CHARGES];
static bool reserving;

/*
 * Pages that were taken before anybody kept accounts are in none. Once the whole
 * pool has been seen free, in the era that is now, there are none left of them.
 */
static atomic_t era = ATOMIC_INIT(1);
static int trusted_era;

/* From now on pages are charged. Process context. */
void netswap_charges_begin(void)
{
	atomic_inc(&era);
	netswap_reserve_look_soon();
}
EXPORT_SYMBOL_GPL(netswap_charges_begin);

/* Before a look at the pool; netswap_charges_trust() wants to know. */
int netswap_charges_era(void)
{
	return atomic_read(&era);
}

/* Are all pages of the reserve that are out in the accounts? Any context. */
bool netswap_charges_trusted(void)
{
	return READ_ONCE(trusted_era) == atomic_read(&era);
}
EXPORT_SYMBOL_IF_KUNIT(netswap_charges_trusted);

/* The whole pool has been free since @seen was the era, and pages were charged. */
void netswap_charges_trust(int seen)
{
	WRITE_ONCE(trusted_era, seen);
}

static void note_high(enum netswap_charge charge, int usage)
{
	int high = atomic_read(&account[charge].high);

	while (usage > high)
		if (atomic_try_cmpxchg(&account[charge].high, &high, usage))
			break;
}

static void add(enum netswap_charge charge, int pages)
{
	note_high(charge, atomic_add_return(pages, &account[charge].usage));
}

/* A page is charged no longer; @was: its entry in the table, which may be empty. */
static void forget(u8 was)
{
	if (!was)
		return;
	atomic_dec(&account[was - 1].usage);
	atomic_dec(netswap_host()->charged);
}

/**
 * netswap_charge - pages are handed out
 * @page: the first of them
 * @order: 2^@order pages
 * @to: who gets them
 *
 * Any context.
 */
void netswap_charge(struct page *page, unsigned int order, enum netswap_charge to)
{
	u8 *entry = netswap_owner_of(page_to_pfn(page));
	unsigned int i;

	if (!entry)
		return;
	/* The count first: a page that can be freed must be looked for. */
	atomic_add(1 << order, netswap_host()->charged);
	for (i = 0; i < 1U << order; i++)
		forget(xchg(&entry[i], to + 1));
	add(to, 1 << order);
}
EXPORT_SYMBOL_GPL(netswap_charge);

/**
 * netswap_uncharge - pages are on their way to the free lists
 * @page: the first of them
 * @order: 2^@order pages; any number of them may be charged
 *
 * Any context.
 */
void netswap_uncharge(struct page *page, unsigned int order)
{
	u8 *entry;
	unsigned int i;

	/* A huge page of hugetlbfs that was not allocated as one block. */
	if (1UL << order > NETSWAP_LARGEST_CHARGED)
		return;
	entry = netswap_owner_of(page_to_pfn(page));
	if (!entry)
		return;
	for (i = 0; i < 1U << order; i++)
		if (READ_ONCE(entry[i]))
			forget(xchg(&entry[i], 0));
}
EXPORT_SYMBOL_GPL(netswap_uncharge);

/**
 * netswap_charge_move - a page changes hands
 * @page: the caller holds a reference
 * @to: to whom
 *
 * A page that is not charged, or that @to has already, is left alone. Any
 * context. Return: false when @to's reservation has no room for it.
 */
bool netswap_charge_move(struct page *page, enum netswap_charge to)
{
	u8 *entry = netswap_owner_of(page_to_pfn(page));
	u8 was;

	if (!entry)
		return true;
	was = READ_ONCE(*entry);
	if (!was || was == to + 1)
		return true;
	if (atomic_inc_return(&account[to].usage) >
	    (int)READ_ONCE(account[to].reserved)) {
		atomic_dec(&account[to].usage);
		return false;
	}
	note_high(to, atomic_read(&account[to].usage));
	/* Two packets that share the page may move it at the same time. */
	if (cmpxchg(entry, was, to + 1) == was)
		atomic_dec(&account[was - 1].usage);
	else
		atomic_dec(&account[to].usage);
	return true;
}
EXPORT_SYMBOL_GPL(netswap_charge_move);

static const char *const names[NETSWAP_NR_CHARGES] = {
	[NETSWAP_CHARGE_PACKETS] = "packets",
	[NETSWAP_CHARGE_REASSEMBLY_V4] = "reassembly-v4",
	[NETSWAP_CHARGE_REASSEMBLY_V6] = "reassembly-v6",
	[NETSWAP_CHARGE_RINGS] = "rings",
	[NETSWAP_CHARGE_TRANSMIT] = "transmit",
	[NETSWAP_CHARGE_RECLAIM] = "reclaim",
};

#define MOST_NAMED 16
static DEFINE_MUTEX(name_lock);	/* protects the next one */
static unsigned int named;

/* What a page is used for, as well as the kernel can tell. It may be freed meanwhile. */
static void name_page(unsigned long pfn, u8 *entry)
{
	u8 who = READ_ONCE(*entry);
	struct page *page, *head;

	if (!who || named == MOST_NAMED)
		return;
	page = pfn_to_online_page(pfn);
	head = page ? compound_head(page) : NULL;
	if (!head || !get_page_unless_zero(head))
		return;
	named++;
	pr_info("netswap: %s has a page of the reserve:\n", names[who - 1]);
	mem_dump_obj(page_address(page));
	put_page(head);
}

/*
 * Say in the kernel log what the first pages are that are charged. Process
 * context, may sleep. Return: how many.
 */
unsigned int netswap_charges_name(void)
{
	unsigned int count;

	mutex_lock(&name_lock);
	named = 0;
	netswap_owners_each(name_page);
	count = named;
	mutex_unlock(&name_lock);
	return count;
}
EXPORT_SYMBOL_GPL(netswap_charges_name);

static void drop(unsigned long pfn, u8 *entry)
{
	if (READ_ONCE(*entry))
		forget(xchg(entry, 0));
}

/*
 * Nobody watches frees any more, so what is charged now will never be
 * uncharged: begin anew. Page by page, for a packet's may move meanwhile. Process
 * context, may sleep.
 */
void netswap_charges_drop(void)
{
	netswap_owners_each(drop);
}
EXPORT_SYMBOL_GPL(netswap_charges_drop);

unsigned int netswap_charge_usage(enum netswap_charge charge)
{
	return max(atomic_read(&account[charge].usage), 0);
}
EXPORT_SYMBOL_GPL(netswap_charge_usage);

/* Is more than half of what @charge has reserved in use? Any context. */
bool netswap_charge_half_used(enum netswap_charge charge)
{
	return netswap_charge_usage(charge) >
	       READ_ONCE(account[charge].reserved) / 2;
}
EXPORT_SYMBOL_GPL(netswap_charge_half_used);

/*
 * Is @page of packets', and their share so far gone that @from, who sends, must
 * not have the rest of it? As long as an object of it were his, the page would
 * be missing to receive. Any context.
 */
bool netswap_charge_keeps(struct page *page, enum netswap_charge from)
{
	const u8 *entry;

	if (from < NETSWAP_CHARGE_SENDS || !netswap_reserve_active() ||
	    !netswap_charge_half_used(NETSWAP_CHARGE_PACKETS))
		return false;
	entry = netswap_owner_of(page_to_pfn(page));
	return entry && READ_ONCE(*entry) == NETSWAP_CHARGE_PACKETS + 1;
}
EXPORT_SYMBOL_GPL(netswap_charge_keeps);

unsigned int netswap_charge_high(enum netswap_charge charge)
{
	return max(atomic_read(&account[charge].high), 0);
}
EXPORT_SYMBOL_GPL(netswap_charge_high);

/* What the tree gives to each; zeros while it is not active. */
void netswap_charge_reserve(const unsigned int pages[NETSWAP_NR_CHARGES])
{
	enum netswap_charge charge;
	bool any = false;

	for (charge = 0; charge < NETSWAP_NR_CHARGES; charge++) {
		WRITE_ONCE(account[charge].reserved, pages[charge]);
		any |= pages[charge];
	}
	WRITE_ONCE(reserving, any);
}

/*
 * Drivers that hand on a full buffer and put a new one into the ring take that
 * one as a packet's. So packets that go beyond their own share may have what
 * the ring has not used.
 */
static bool is_ring_of(enum netswap_charge charge, enum netswap_charge other,
		       unsigned int take, const unsigned int *unused)
{
	return charge == NETSWAP_CHARGE_PACKETS && other == NETSWAP_CHARGE_RINGS &&
	       take <= unused[NETSWAP_CHARGE_RINGS];
}

/*
 * Pages that must stay free when @charge takes @take pages: the unused
 * reservations of those before it, or of all others when it goes beyond its
 * own.
 */
VISIBLE_IF_KUNIT unsigned long
netswap_floor_of(const unsigned int unused[NETSWAP_NR_CHARGES],
		 enum netswap_charge charge, unsigned int take)
{
	bool within = take <= unused[charge];
	enum netswap_charge other;
	unsigned long floor = 0;

	for (other = 0; other < NETSWAP_NR_CHARGES; other++)
		if (other != charge && (other < charge || !within) &&
		    !is_ring_of(charge, other, take, unused))
			floor += unused[other];
	return floor;
}
EXPORT_SYMBOL_IF_KUNIT(netswap_floor_of);

/* Does the tree keep accounts now? Any context. */
bool netswap_reserve_active(void)
{
	return READ_ONCE(reserving);
}
EXPORT_SYMBOL_GPL(netswap_reserve_active);

/**
 * netswap_reserve_floor - how many pages must stay free?
 * @charge: who is about to take pages
 * @take: how many
 * @floor: the answer, in pages over all zones that kernel memory comes from
 *
 * Any context. Return: false while the tree is not active, or pages may be out
 * that are in no account.
 */
bool netswap_reserve_floor(enum netswap_charge charge, unsigned int take,
			   unsigned long *floor)
{
	unsigned int unused[NETSWAP_NR_CHARGES];
	enum netswap_charge other;

	if (!netswap_reserve_active() || !netswap_charges_trusted())
		return false;
	for (other = 0; other < NETSWAP_NR_CHARGES; other++) {
		unsigned int reserved = READ_ONCE(account[other].reserved);
		unsigned int usage = netswap_charge_usage(other);

		unused[other] = usage < reserved ? reserved - usage : 0;
	}
	*floor = netswap_floor_of(unused, charge, take);
	return true;
}
EXPORT_SYMBOL_GPL(netswap_reserve_floor);
