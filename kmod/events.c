// SPDX-License-Identifier: GPL-2.0
/*
 * Events to user space.
 *
 * Rare changes of state are sent at once, from process context. What happens
 * on the way of a page to swap is only added up there, and told once a second
 * by a work item: nothing on that way waits or allocates for the sake of an
 * event. A message that cannot be had without waiting is not sent; listeners
 * read the counters for the truth.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/workqueue.h>

#include "netswap.h"

#define NR_KINDS (NETSWAP_EVENT_KIND_RESERVE_REFUSED + 1)

static atomic64_t pending[NR_KINDS];
static struct delayed_work tell_work;
static bool telling;

/**
 * netswap_event - tell listeners that something changed
 * @kind: what
 * @subject: about whom, may be NULL
 * @value: depends on @kind
 *
 * Process context. Does not wait for memory.
 */
void netswap_event(enum netswap_event_kind kind, const char *subject, u64 value)
{
	netswap_notify(kind, subject, value);
}
EXPORT_SYMBOL_GPL(netswap_event);

/**
 * netswap_event_later - add to what will be told within a second
 * @kind: what
 * @value: added to what is pending; for RESERVE_LOW, the lowest level wins
 *
 * Any context; takes no lock.
 */
void netswap_event_later(enum netswap_event_kind kind, u64 value)
{
	if (kind == NETSWAP_EVENT_KIND_RESERVE_LOW) {
		/* Kept plus one, so that zero means "nothing". */
		s64 old = atomic64_read(&pending[kind]);

		while (!old || (s64)value + 1 < old)
			if (atomic64_try_cmpxchg(&pending[kind], &old,
						 value + 1))
				break;
	} else {
		atomic64_add(value, &pending[kind]);
	}
}
EXPORT_SYMBOL_GPL(netswap_event_later);

static void tell_pending(struct work_struct *work)
{
	int kind;

	for (kind = 0; kind < NR_KINDS; kind++) {
		s64 value = atomic64_xchg(&pending[kind], 0);

		if (!value)
			continue;
		if (kind == NETSWAP_EVENT_KIND_RESERVE_LOW)
			value--;
		netswap_event(kind, NULL, value);
	}
	if (READ_ONCE(telling))
		schedule_delayed_work(&tell_work, HZ);
}

void netswap_events_init(void)
{
	INIT_DEFERRABLE_WORK(&tell_work, tell_pending);
	WRITE_ONCE(telling, true);
	schedule_delayed_work(&tell_work, HZ);
}

void netswap_events_uninit(void)
{
	WRITE_ONCE(telling, false);
	cancel_delayed_work_sync(&tell_work);
}
