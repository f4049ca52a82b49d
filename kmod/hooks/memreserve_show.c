// SPDX-License-Identifier: GPL-2.0
/*
 * memreserve - /sys/kernel/memreserve and the console dump (sysrq "y")
 */
#define pr_fmt(fmt) "memreserve: " fmt

#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/memreserve_ops.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/sysrq.h>

#include "memreserve_internal.h"

static const char * const memreserve_group_name[MEMRESERVE_NR_GROUPS] = {
	[MEMRESERVE_GFP] = "gfp",
	[MEMRESERVE_SLAB] = "slab",
	[MEMRESERVE_SOCK] = "sock",
	[MEMRESERVE_THROTTLE] = "throttle",
	[MEMRESERVE_REFILL] = "refill",
};

/* ------------------------------------------------------------------------
 * /sys/kernel/memreserve
 */

static ssize_t policy_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n", memreserve_host.policy());
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
	memreserve_host.answerer(group, name, sizeof(name));
	return sysfs_emit(buf, "%s\n", name);
}

static ssize_t marked_sockets_show(struct kobject *kobj,
				   struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", memreserve_host.sk_count());
}

static ssize_t emergency_pages_show(struct kobject *kobj,
				    struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n", memreserve_host.emergency());
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
		memreserve_host.policy(), memreserve_host.emergency(),
		memreserve_host.sk_count());
	for_each_populated_zone(zone)
		pr_info("node %d zone %s free %lu min %lu low %lu high %lu\n",
			zone_to_nid(zone), zone->name,
			zone_page_state_snapshot(zone, NR_FREE_PAGES),
			min_wmark_pages(zone), low_wmark_pages(zone),
			high_wmark_pages(zone));

	rcu_read_lock();
	for (group = 0; group < MEMRESERVE_NR_GROUPS; group++) {
		void (*show)(void) = READ_ONCE(memreserve_answerers[group].show);
		const char *name = READ_ONCE(memreserve_answerers[group].name);

		pr_info("%s answered by %s\n", memreserve_group_name[group],
			name ?: memreserve_host.policy());
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
