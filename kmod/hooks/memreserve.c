// SPDX-License-Identifier: GPL-2.0
/*
 * memreserve - asks who may use emergency memory, and for what.
 *
 * See include/linux/memreserve.h for the questions. Here are
 *
 *   - the policy "bare": the answers of a kernel from before Linux 3.6,
 *   - the exchange of answerers, safe while the questions are being asked,
 *   - the few parts of a mechanism that sleep. They live here and not in a
 *     module because a task that sleeps inside a module's text would be missed
 *     by the grace periods that make the unload safe,
 *   - /sys/kernel/memreserve and the console dump (sysrq "y").
 */
#define pr_fmt(fmt) "memreserve: " fmt

#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/ktime.h>
#include <linux/memreserve.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/oom.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/sysrq.h>
#include <linux/vmstat.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <net/sock.h>

#include "internal.h"

struct static_key_false memreserve_keys[MEMRESERVE_NR_GROUPS] = {
	[0 ... MEMRESERVE_NR_GROUPS - 1] = STATIC_KEY_FALSE_INIT,
};
EXPORT_SYMBOL_GPL(memreserve_keys);

DEFINE_STATIC_KEY_FALSE(memreserve_strict_key);
DEFINE_STATIC_KEY_FALSE(memreserve_emergency_key);

/* ------------------------------------------------------------------------
 * The policy "bare"
 */

/* PF_MEMALLOC counted outside interrupts only; no flag opened the reserve. */
static enum memreserve_depth bare_depth(gfp_t gfp)
{
	if ((gfp & __GFP_NOMEMALLOC) || in_interrupt())
		return MEMRESERVE_DEPTH_NONE;
	if ((current->flags & PF_MEMALLOC) || tsk_is_oom_victim(current))
		return MEMRESERVE_DEPTH_FULL;
	return MEMRESERVE_DEPTH_NONE;
}

static bool bare_may_take(struct zone *zone, unsigned int order, gfp_t gfp)
{
	return true;
}

static int bare_pcp_batch(struct zone *zone, int batch)
{
	return batch;
}

static bool bare_lift_policy(gfp_t gfp)
{
	return false;
}

static bool bare_mark(struct page *page, unsigned int order, gfp_t gfp)
{
	return false;
}

static bool bare_slab_match(gfp_t gfp)
{
	return true;
}

static bool bare_sk_ignore(struct sock *sk)
{
	return false;
}

static gfp_t bare_sk_gfp(const struct sock *sk, gfp_t gfp)
{
	return gfp;
}

static gfp_t bare_gfp(gfp_t gfp)
{
	return gfp;
}

static bool bare_critical(const struct sk_buff *skb)
{
	return false;
}

static bool bare_protocol(const struct sk_buff *skb)
{
	return true;
}

static bool bare_admit(const struct sock *sk, const struct sk_buff *skb)
{
	return true;
}

static gfp_t bare_xmit_gfp(const struct sock *sk, gfp_t gfp)
{
	return gfp & ~__GFP_MEMALLOC;
}

static bool bare_xmit_memalloc(void)
{
	return false;
}

static bool bare_frag_keep(const struct page *page, gfp_t gfp)
{
	return true;
}

static bool bare_allow(struct pglist_data *pgdat)
{
	return true;
}

static long bare_limit(gfp_t gfp)
{
	return 0;
}

static void bare_waited(struct pglist_data *pgdat, u64 us, bool timed_out)
{
}

static gfp_t bare_refill_gfp(enum memreserve_refill what, gfp_t gfp)
{
	return gfp;
}

static const struct memreserve_gfp_ops bare_gfp_ops = {
	.depth = bare_depth,
	.may_take = bare_may_take,
	.pcp_batch = bare_pcp_batch,
	.lift_policy = bare_lift_policy,
	.mark = bare_mark,
};

static const struct memreserve_slab_ops bare_slab_ops = {
	.match = bare_slab_match,
};

static const struct memreserve_sock_ops bare_sock_ops = {
	.set = bare_sk_ignore,
	.clear = bare_sk_ignore,
	.dies = bare_sk_ignore,
	.sk_gfp = bare_sk_gfp,
	.rx_gfp = bare_gfp,
	.dev_page_gfp = bare_gfp,
	.critical = bare_critical,
	.protocol = bare_protocol,
	.admit = bare_admit,
	.xmit_gfp = bare_xmit_gfp,
	.xmit_memalloc = bare_xmit_memalloc,
	.frag_keep = bare_frag_keep,
};

static const struct memreserve_throttle_ops bare_throttle_ops = {
	.allow = bare_allow,
	.limit = bare_limit,
	.waited = bare_waited,
};

static const struct memreserve_refill_ops bare_refill_ops = {
	.refill_gfp = bare_refill_gfp,
};

/* ------------------------------------------------------------------------
 * The questions
 */

DEFINE_STATIC_CALL(mr_depth, bare_depth);
DEFINE_STATIC_CALL(mr_may_take, bare_may_take);
DEFINE_STATIC_CALL(mr_pcp_batch, bare_pcp_batch);
DEFINE_STATIC_CALL(mr_lift_policy, bare_lift_policy);
DEFINE_STATIC_CALL(mr_mark, bare_mark);
DEFINE_STATIC_CALL(mr_slab_match, bare_slab_match);
DEFINE_STATIC_CALL(mr_sk_set, bare_sk_ignore);
DEFINE_STATIC_CALL(mr_sk_clear, bare_sk_ignore);
DEFINE_STATIC_CALL(mr_sk_dies, bare_sk_ignore);
DEFINE_STATIC_CALL(mr_sk_gfp, bare_sk_gfp);
DEFINE_STATIC_CALL(mr_rx_gfp, bare_gfp);
DEFINE_STATIC_CALL(mr_dev_page_gfp, bare_gfp);
DEFINE_STATIC_CALL(mr_critical, bare_critical);
DEFINE_STATIC_CALL(mr_protocol, bare_protocol);
DEFINE_STATIC_CALL(mr_admit, bare_admit);
DEFINE_STATIC_CALL(mr_xmit_gfp, bare_xmit_gfp);
DEFINE_STATIC_CALL(mr_xmit_memalloc, bare_xmit_memalloc);
DEFINE_STATIC_CALL(mr_frag_keep, bare_frag_keep);
DEFINE_STATIC_CALL(mr_allow, bare_allow);
DEFINE_STATIC_CALL(mr_limit, bare_limit);
DEFINE_STATIC_CALL(mr_waited, bare_waited);
DEFINE_STATIC_CALL(mr_refill_gfp, bare_refill_gfp);

/* In the allocator's own terms: ALLOC_NO_WATERMARKS, ALLOC_OOM or 0. */
int memreserve_reserve_flags(gfp_t gfp)
{
	switch (static_call(mr_depth)(gfp)) {
	case MEMRESERVE_DEPTH_FULL:
		return ALLOC_NO_WATERMARKS;
	case MEMRESERVE_DEPTH_OOM:
		return ALLOC_OOM;
	case MEMRESERVE_DEPTH_NONE:
		break;
	}
	return 0;
}

bool memreserve_ask_take(struct zone *zone, unsigned int order, gfp_t gfp)
{
	return static_call(mr_may_take)(zone, order, gfp);
}

int memreserve_ask_pcp_batch(struct zone *zone, int batch)
{
	return static_call(mr_pcp_batch)(zone, batch);
}

bool memreserve_ask_lift(gfp_t gfp)
{
	return static_call(mr_lift_policy)(gfp);
}

void memreserve_mark_page(struct page *page, unsigned int order, gfp_t gfp)
{
	if (!memreserve_asks(GFP) || static_call(mr_mark)(page, order, gfp))
		set_page_pfmemalloc(page);
	else
		clear_page_pfmemalloc(page);
}

bool memreserve_slab_match(gfp_t gfp)
{
	return static_call(mr_slab_match)(gfp);
}

gfp_t memreserve_ask_sk_gfp(const struct sock *sk, gfp_t gfp)
{
	return static_call(mr_sk_gfp)(sk, gfp);
}
EXPORT_SYMBOL_GPL(memreserve_ask_sk_gfp);

gfp_t memreserve_ask_rx_gfp(gfp_t gfp)
{
	return static_call(mr_rx_gfp)(gfp);
}
EXPORT_SYMBOL_GPL(memreserve_ask_rx_gfp);

gfp_t memreserve_ask_dev_page_gfp(gfp_t gfp)
{
	return static_call(mr_dev_page_gfp)(gfp);
}
EXPORT_SYMBOL_GPL(memreserve_ask_dev_page_gfp);

bool memreserve_ask_critical(const struct sk_buff *skb)
{
	return static_call(mr_critical)(skb);
}

bool memreserve_skb_protocol(const struct sk_buff *skb)
{
	return static_call(mr_protocol)(skb);
}

bool memreserve_ask_admit(const struct sock *sk, const struct sk_buff *skb)
{
	return static_call(mr_admit)(sk, skb);
}
EXPORT_SYMBOL_GPL(memreserve_ask_admit);

gfp_t memreserve_ask_xmit_gfp(const struct sock *sk, gfp_t gfp)
{
	return static_call(mr_xmit_gfp)(sk, gfp);
}
EXPORT_SYMBOL_GPL(memreserve_ask_xmit_gfp);

/*
 * Stands where nbd enters its PF_MEMALLOC scope. Returns what
 * memalloc_noreclaim_restore() takes: the flags that were newly set.
 */
unsigned int memreserve_xmit_save(void)
{
	if (memreserve_asks(SOCK) && !static_call(mr_xmit_memalloc)())
		return 0;
	return memalloc_noreclaim_save();
}
EXPORT_SYMBOL_GPL(memreserve_xmit_save);

bool memreserve_ask_frag_keep(const struct page *page, gfp_t gfp)
{
	return static_call(mr_frag_keep)(page, gfp);
}

gfp_t memreserve_ask_refill_gfp(enum memreserve_refill what, gfp_t gfp)
{
	return static_call(mr_refill_gfp)(what, gfp);
}
EXPORT_SYMBOL_GPL(memreserve_ask_refill_gfp);

/* ------------------------------------------------------------------------
 * Marked sockets: the answer comes from the group, the counting is ours
 */

static atomic_t memreserve_uncounted = ATOMIC_INIT(0);

static void memreserve_uncount_fn(struct work_struct *work)
{
	int n = atomic_xchg(&memreserve_uncounted, 0);

	while (n-- > 0)
		static_branch_dec(&memalloc_socks_key);
}

static DECLARE_WORK(memreserve_uncount_work, memreserve_uncount_fn);

/* The last reference to a socket may go in softirq; patching text may not. */
static void memreserve_sk_uncount(unsigned int n)
{
	if (!n)
		return;
	atomic_add(n, &memreserve_uncounted);
	schedule_work(&memreserve_uncount_work);
}

void memreserve_sk_set(struct sock *sk)
{
	if (static_call(mr_sk_set)(sk))
		static_branch_inc(&memalloc_socks_key);
}

/*
 * The socket may hold more receive memory than its limits allow, because a
 * marked one is exempt: give back what it does not use now.
 */
void memreserve_sk_clear(struct sock *sk)
{
	if (!static_call(mr_sk_clear)(sk))
		return;
	static_branch_dec(&memalloc_socks_key);
	sk_mem_reclaim(sk);
}

void memreserve_sk_dies(struct sock *sk)
{
	if (static_call(mr_sk_dies)(sk))
		memreserve_sk_uncount(1);
}

static int memreserve_sk_count(void)
{
	return static_key_count(&memalloc_socks_key.key);
}

/* ------------------------------------------------------------------------
 * Throttling: the module decides, the sleep is ours
 */

bool memreserve_allow_reclaim(struct pglist_data *pgdat)
{
	return static_call(mr_allow)(pgdat);
}

/*
 * Holds a direct reclaimer back until its node allows it to go on, it is
 * killed, or its time is up. The condition is asked anew each time the task
 * wakes, through the static call, so an exchange of answerers ends the wait
 * (detach wakes everybody) and no task ever sleeps in a module's text.
 *
 * Returns true when a fatal signal came while waiting: the page allocator then
 * leaves the OOM killer alone.
 */
bool memreserve_throttle(gfp_t gfp, struct zonelist *zonelist,
			 nodemask_t *nodemask)
{
	struct pglist_data *pgdat = NULL;
	struct zoneref *z;
	struct zone *zone;
	ktime_t start;
	long limit, left;

	limit = static_call(mr_limit)(gfp);
	if (!limit)
		return false;

	for_each_zone_zonelist_nodemask(zone, z, zonelist, gfp_zone(gfp),
					nodemask) {
		if (zone_idx(zone) <= ZONE_NORMAL) {
			pgdat = zone->zone_pgdat;
			break;
		}
	}
	if (!pgdat || static_call(mr_allow)(pgdat))
		return false;

	count_vm_event(PGSCAN_DIRECT_THROTTLE);
	start = ktime_get();
	left = wait_event_killable_timeout(pgdat->pfmemalloc_wait,
					   static_call(mr_allow)(pgdat), limit);
	static_call(mr_waited)(pgdat, ktime_us_delta(ktime_get(), start),
			       left == 0);
	return fatal_signal_pending(current);
}

static void memreserve_wake_throttled(void)
{
	int nid;

	for_each_online_node(nid)
		wake_up_all(&NODE_DATA(nid)->pfmemalloc_wait);
}

/* ------------------------------------------------------------------------
 * The emergency pool: an absolute term below every watermark
 */

static unsigned long memreserve_emergency_pages;
static unsigned long memreserve_zone_pages[MAX_NUMNODES][MAX_NR_ZONES];

unsigned long __memreserve_zone_emergency(struct zone *zone)
{
	return READ_ONCE(memreserve_zone_pages[zone_to_nid(zone)]
					      [zone_idx(zone)]);
}

/* Called for each zone, under zone->lock, whenever watermarks are set. */
void memreserve_raise_wmarks(struct zone *zone, unsigned long lowmem_pages)
{
	unsigned long total = READ_ONCE(memreserve_emergency_pages);
	unsigned long share = 0;
	int i;

	if (total && lowmem_pages && !is_highmem(zone) &&
	    zone_idx(zone) != ZONE_MOVABLE)
		share = mult_frac(total, zone_managed_pages(zone),
				  lowmem_pages);

	WRITE_ONCE(memreserve_zone_pages[zone_to_nid(zone)][zone_idx(zone)],
		   share);
	for (i = WMARK_MIN; i < NR_WMARK; i++)
		zone->_watermark[i] += share;
}

static int memreserve_set_emergency(unsigned long pages)
{
	if (pages > totalram_pages() / 4)
		return -EINVAL;

	WRITE_ONCE(memreserve_emergency_pages, pages);
	if (pages)
		static_branch_enable(&memreserve_emergency_key);
	setup_per_zone_wmarks();
	if (!pages)
		static_branch_disable(&memreserve_emergency_key);
	return 0;
}

static unsigned long memreserve_emergency(void)
{
	return READ_ONCE(memreserve_emergency_pages);
}

/* ------------------------------------------------------------------------
 * Who answers
 */

static DEFINE_MUTEX(memreserve_lock);	/* protects the next three */
static bool memreserve_bare;
static struct {
	const void *ops;
	const char *name;
} memreserve_answerer[MEMRESERVE_NR_GROUPS];
static void (*memreserve_show[MEMRESERVE_NR_GROUPS])(void);

static const char * const memreserve_group_name[MEMRESERVE_NR_GROUPS] = {
	[MEMRESERVE_GFP] = "gfp",
	[MEMRESERVE_SLAB] = "slab",
	[MEMRESERVE_SOCK] = "sock",
	[MEMRESERVE_THROTTLE] = "throttle",
	[MEMRESERVE_REFILL] = "refill",
};

static const void * const memreserve_bare_ops[MEMRESERVE_NR_GROUPS] = {
	[MEMRESERVE_GFP] = &bare_gfp_ops,
	[MEMRESERVE_SLAB] = &bare_slab_ops,
	[MEMRESERVE_SOCK] = &bare_sock_ops,
	[MEMRESERVE_THROTTLE] = &bare_throttle_ops,
	[MEMRESERVE_REFILL] = &bare_refill_ops,
};

/* All ops structs are arrays of callbacks, but for the slab's flag. */
static bool memreserve_complete(enum memreserve_group group, const void *ops)
{
	static const size_t callbacks[MEMRESERVE_NR_GROUPS] = {
		[MEMRESERVE_GFP] = sizeof(struct memreserve_gfp_ops),
		[MEMRESERVE_SLAB] = offsetof(struct memreserve_slab_ops, strict),
		[MEMRESERVE_SOCK] = sizeof(struct memreserve_sock_ops),
		[MEMRESERVE_THROTTLE] = sizeof(struct memreserve_throttle_ops),
		[MEMRESERVE_REFILL] = sizeof(struct memreserve_refill_ops),
	};
	size_t i;

	for (i = 0; i < callbacks[group] / sizeof(void *); i++)
		if (!((void * const *)ops)[i])
			return false;
	return true;
}

static void memreserve_aim(enum memreserve_group group, const void *ops)
{
	const struct memreserve_throttle_ops *throttle = ops;
	const struct memreserve_refill_ops *refill = ops;
	const struct memreserve_slab_ops *slab = ops;
	const struct memreserve_sock_ops *sock = ops;
	const struct memreserve_gfp_ops *gfp = ops;

	switch (group) {
	case MEMRESERVE_GFP:
		static_call_update(mr_depth, gfp->depth);
		static_call_update(mr_may_take, gfp->may_take);
		static_call_update(mr_pcp_batch, gfp->pcp_batch);
		static_call_update(mr_lift_policy, gfp->lift_policy);
		static_call_update(mr_mark, gfp->mark);
		break;
	case MEMRESERVE_SLAB:
		static_call_update(mr_slab_match, slab->match);
		if (slab->strict)
			static_branch_enable(&memreserve_strict_key);
		else
			static_branch_disable(&memreserve_strict_key);
		break;
	case MEMRESERVE_SOCK:
		static_call_update(mr_sk_set, sock->set);
		static_call_update(mr_sk_clear, sock->clear);
		static_call_update(mr_sk_dies, sock->dies);
		static_call_update(mr_sk_gfp, sock->sk_gfp);
		static_call_update(mr_rx_gfp, sock->rx_gfp);
		static_call_update(mr_dev_page_gfp, sock->dev_page_gfp);
		static_call_update(mr_critical, sock->critical);
		static_call_update(mr_protocol, sock->protocol);
		static_call_update(mr_admit, sock->admit);
		static_call_update(mr_xmit_gfp, sock->xmit_gfp);
		static_call_update(mr_xmit_memalloc, sock->xmit_memalloc);
		static_call_update(mr_frag_keep, sock->frag_keep);
		break;
	case MEMRESERVE_THROTTLE:
		static_call_update(mr_allow, throttle->allow);
		static_call_update(mr_limit, throttle->limit);
		static_call_update(mr_waited, throttle->waited);
		break;
	case MEMRESERVE_REFILL:
		static_call_update(mr_refill_gfp, refill->refill_gfp);
		break;
	case MEMRESERVE_NR_GROUPS:
		break;
	}
}

static int memreserve_attach(enum memreserve_group group, const void *ops,
			     const char *name, void (*show)(void))
{
	if (group >= MEMRESERVE_NR_GROUPS || !ops || !name ||
	    !memreserve_complete(group, ops))
		return -EINVAL;

	guard(mutex)(&memreserve_lock);
	if (memreserve_answerer[group].ops)
		return -EBUSY;

	memreserve_answerer[group].ops = ops;
	memreserve_answerer[group].name = name;
	/* Aim first: once the key is on, the new answers are in force. */
	memreserve_aim(group, ops);
	static_branch_enable(&memreserve_keys[group]);
	WRITE_ONCE(memreserve_show[group], show);
	return 0;
}

static void memreserve_detach(enum memreserve_group group, const void *ops)
{
	if (group >= MEMRESERVE_NR_GROUPS)
		return;

	mutex_lock(&memreserve_lock);
	if (memreserve_answerer[group].ops != ops) {
		mutex_unlock(&memreserve_lock);
		return;
	}
	WRITE_ONCE(memreserve_show[group], NULL);
	/* Close the door first: on mainline nobody comes in any more. */
	if (!memreserve_bare)
		static_branch_disable(&memreserve_keys[group]);
	memreserve_aim(group, memreserve_bare_ops[group]);
	memreserve_answerer[group].ops = NULL;
	memreserve_answerer[group].name = NULL;
	mutex_unlock(&memreserve_lock);

	if (group == MEMRESERVE_THROTTLE)
		memreserve_wake_throttled();

	/*
	 * Whoever was inside a callback was in an interrupt, had preemption
	 * off, or was a preempted task: callbacks do not sleep. The first two
	 * are over after an RCU grace period, the last after a tasks one.
	 */
	synchronize_rcu();
	synchronize_rcu_tasks();
}

static const char *memreserve_policy(void)
{
	return memreserve_bare ? "bare" : "mainline";
}

static int memreserve_answerer_name(enum memreserve_group group, char *buf,
				    size_t len)
{
	guard(mutex)(&memreserve_lock);
	if (memreserve_answerer[group].ops)
		return scnprintf(buf, len, "module:%s",
				 memreserve_answerer[group].name);
	return scnprintf(buf, len, "%s", memreserve_policy());
}

const struct memreserve_host memreserve_host = {
	.abi = MEMRESERVE_ABI,
	.attach = memreserve_attach,
	.detach = memreserve_detach,
	.policy = memreserve_policy,
	.answerer = memreserve_answerer_name,
	.set_emergency = memreserve_set_emergency,
	.emergency = memreserve_emergency,
	.sk_set = memreserve_sk_set,
	.sk_clear = memreserve_sk_clear,
	.sk_uncount = memreserve_sk_uncount,
	.sk_count = memreserve_sk_count,
};
EXPORT_SYMBOL_GPL(memreserve_host);

/* ------------------------------------------------------------------------
 * The boot parameter
 */

static int __init memreserve_setup(char *arg)
{
	if (arg && !strcmp(arg, "bare")) {
		memreserve_bare = true;
		return 0;
	}
	if (arg && !strcmp(arg, "mainline"))
		return 0;
	pr_warn("memreserve=%s is not known; use mainline or bare. Keeping mainline\n",
		arg ?: "");
	return 0;
}
early_param("memreserve", memreserve_setup);

static int __init memreserve_start(void)
{
	int group;

	if (!memreserve_bare)
		return 0;
	for (group = 0; group < MEMRESERVE_NR_GROUPS; group++)
		static_branch_enable(&memreserve_keys[group]);
	pr_info("policy bare: swap over a network can deadlock\n");
	return 0;
}
core_initcall(memreserve_start);

/* ------------------------------------------------------------------------
 * /sys/kernel/memreserve
 */

static ssize_t policy_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n", memreserve_policy());
}

static ssize_t answerer_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	char name[MODULE_NAME_LEN + sizeof("module:")];
	int group;

	group = match_string(memreserve_group_name, MEMRESERVE_NR_GROUPS,
			     attr->attr.name);
	if (group < 0)
		return group;
	memreserve_answerer_name(group, name, sizeof(name));
	return sysfs_emit(buf, "%s\n", name);
}

static ssize_t marked_sockets_show(struct kobject *kobj,
				   struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", memreserve_sk_count());
}

static ssize_t emergency_pages_show(struct kobject *kobj,
				    struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n", memreserve_emergency());
}

static ssize_t slab_strict_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  static_key_enabled(&memreserve_strict_key.key));
}

#define MEMRESERVE_ANSWERER(_name)					\
	static struct kobj_attribute _name##_attr =			\
		__ATTR(_name, 0444, answerer_show, NULL)

MEMRESERVE_ANSWERER(gfp);
MEMRESERVE_ANSWERER(slab);
MEMRESERVE_ANSWERER(sock);
MEMRESERVE_ANSWERER(throttle);
MEMRESERVE_ANSWERER(refill);
static struct kobj_attribute policy_attr = __ATTR_RO(policy);
static struct kobj_attribute marked_sockets_attr = __ATTR_RO(marked_sockets);
static struct kobj_attribute emergency_pages_attr = __ATTR_RO(emergency_pages);
static struct kobj_attribute slab_strict_attr = __ATTR_RO(slab_strict);

static struct attribute *memreserve_attrs[] = {
	&policy_attr.attr,
	&gfp_attr.attr,
	&slab_attr.attr,
	&sock_attr.attr,
	&throttle_attr.attr,
	&refill_attr.attr,
	&marked_sockets_attr.attr,
	&emergency_pages_attr.attr,
	&slab_strict_attr.attr,
	NULL,
};

static const struct attribute_group memreserve_attr_group = {
	.attrs = memreserve_attrs,
};

/* ------------------------------------------------------------------------
 * The console dump. Takes no lock: it is for a machine that hangs.
 */

static void memreserve_sysrq(u8 key)
{
	struct zone *zone;
	int group;

	pr_info("policy %s, emergency %lu pages, marked sockets %d\n",
		memreserve_policy(), memreserve_emergency(),
		memreserve_sk_count());
	for_each_populated_zone(zone)
		pr_info("node %d zone %s free %lu min %lu low %lu high %lu\n",
			zone_to_nid(zone), zone->name,
			zone_page_state_snapshot(zone, NR_FREE_PAGES),
			min_wmark_pages(zone), low_wmark_pages(zone),
			high_wmark_pages(zone));

	rcu_read_lock();
	for (group = 0; group < MEMRESERVE_NR_GROUPS; group++) {
		void (*show)(void) = READ_ONCE(memreserve_show[group]);
		const char *name = READ_ONCE(memreserve_answerer[group].name);

		pr_info("%s answered by %s\n", memreserve_group_name[group],
			name ?: memreserve_policy());
		if (show)
			show();
	}
	rcu_read_unlock();
}

static const struct sysrq_key_op memreserve_sysrq_op = {
	.handler = memreserve_sysrq,
	.help_msg = "memory-reserve(y)",
	.action_msg = "Show memory reserve",
	.enable_mask = SYSRQ_ENABLE_DUMP,
};

static int __init memreserve_init(void)
{
	struct kobject *kobj;
	int err;

	kobj = kobject_create_and_add("memreserve", kernel_kobj);
	if (!kobj)
		return -ENOMEM;
	err = sysfs_create_group(kobj, &memreserve_attr_group);
	if (err) {
		kobject_put(kobj);
		return err;
	}
	return register_sysrq_key('y', &memreserve_sysrq_op);
}
late_initcall(memreserve_init);
