/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reservation tree: who may have how much of the memory below the min
 * watermark, and who has it now.
 *
 *   total
 *     network			active with any transport
 *       rings			buffers posted to receive rings; one child a NIC
 *       packets		heads, data of small packets, replies; by CPU
 *         lookup		neighbours and routes
 *       reassembly-v4, -v6	fragments for marked datagram sockets
 *     transmit			what transports take to send
 *       nbd, nfs, iscsi, nvme, user, other
 *     reclaim			what else a reclaimer takes on its way
 *
 * Pages are charged to the groups that have a charge (below). The others only
 * say how much of their parent's reservation is theirs.
 *
 * The reservations of the active groups make the emergency pool, which is
 * below every watermark. The rule that rules the deadlock out: a page may go
 * to a group within its own reservation if the unused reservations of the
 * groups before it stay free, and to a group beyond its reservation only if
 * the unused reservations of all others stay free, but for those of rings when
 * it is for a packet. The order is that of enum netswap_charge, so transmit
 * never takes receive's share.
 */
#ifndef _NETSWAP_RESERVE_H
#define _NETSWAP_RESERVE_H

#include <kunit/visibility.h>
#include <linux/if.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct net_device;
struct page;

/* The groups that pages are charged to, the most important first. */
enum netswap_charge {
	NETSWAP_CHARGE_PACKETS,
	NETSWAP_CHARGE_REASSEMBLY_V4,
	NETSWAP_CHARGE_REASSEMBLY_V6,
	NETSWAP_CHARGE_RINGS,
	NETSWAP_CHARGE_TRANSMIT,
	NETSWAP_CHARGE_RECLAIM,
	NETSWAP_NR_CHARGES,
	/* Those before this one receive. */
	NETSWAP_CHARGE_SENDS = NETSWAP_CHARGE_TRANSMIT,
};

enum netswap_transport {
	NETSWAP_TRANSPORT_NBD,
	NETSWAP_TRANSPORT_NFS,
	NETSWAP_TRANSPORT_ISCSI,
	NETSWAP_TRANSPORT_NVME,
	NETSWAP_TRANSPORT_USER,
	NETSWAP_TRANSPORT_OTHER,
	NETSWAP_NR_TRANSPORTS,
};

#define NETSWAP_MAX_NICS 16

/* Pages. A larger block does not come from the free lists, so not from the reserve. */
#define NETSWAP_LARGEST_CHARGED							\
	(MAX_ORDER_NR_PAGES > (SZ_128M >> PAGE_SHIFT) ? MAX_ORDER_NR_PAGES :	\
							(SZ_128M >> PAGE_SHIFT))

/* reserve_owner.c APIs */
int netswap_owners_init(void);
void netswap_owners_uninit(void);
u8 *netswap_owner_of(unsigned long pfn);
void netswap_owners_each(void (*call)(unsigned long pfn, u8 *entry));

/* reserve_charge.c APIs */
void netswap_charges_begin(void);
bool netswap_charges_trusted(void);
int netswap_charges_era(void);
void netswap_charges_trust(int seen);
void netswap_charge(struct page *page, unsigned int order,
		    enum netswap_charge to);
void netswap_uncharge(struct page *page, unsigned int order);
void netswap_charges_drop(void);
unsigned int netswap_charges_name(void);
bool netswap_charge_move(struct page *page, enum netswap_charge to);
unsigned int netswap_charge_usage(enum netswap_charge charge);
unsigned int netswap_charge_high(enum netswap_charge charge);
bool netswap_charge_half_used(enum netswap_charge charge);
bool netswap_charge_keeps(struct page *page, enum netswap_charge from);
void netswap_charge_reserve(const unsigned int pages[NETSWAP_NR_CHARGES]);
bool netswap_reserve_active(void);
bool netswap_reserve_floor(enum netswap_charge charge, unsigned int take,
			   unsigned long *floor);
#if IS_ENABLED(CONFIG_KUNIT)
int netswap_owners_grow(unsigned long start, unsigned long frames);
unsigned long netswap_floor_of(const unsigned int unused[NETSWAP_NR_CHARGES],
			       enum netswap_charge charge, unsigned int take);
#endif

/* What one NIC's receive rings look like. */
struct netswap_nic {
	char name[IFNAMSIZ];
	unsigned int queues;
	unsigned int ring;	/* buffers a queue */
	unsigned int mtu;	/* bytes */
};

/* All that reservations are computed from. */
struct netswap_live {
	unsigned int cpus;
	unsigned long nics_look;	/* when the NICs were looked at: counts up */
	unsigned int nr_nics;
	struct netswap_nic nics[NETSWAP_MAX_NICS];
	unsigned int sockets[NETSWAP_NR_TRANSPORTS];
	unsigned int datagram_sockets;	/* marked ones, of user space */
	unsigned long frag_bytes_v4;
	unsigned long frag_bytes_v6;
};

/* reserve_size.c APIs: pages, all of them */
unsigned int netswap_size_nic(const struct netswap_nic *nic);
unsigned int netswap_size_cpus(unsigned int cpus);
unsigned int netswap_size_lookup(unsigned int nics);
unsigned int netswap_size_reassembly(unsigned long bytes, unsigned int sockets);
unsigned int netswap_size_transport(unsigned int sockets);
unsigned int netswap_size_reclaim(unsigned int cpus);

enum netswap_group {
	NETSWAP_GROUP_TOTAL,
	NETSWAP_GROUP_NETWORK,
	NETSWAP_GROUP_RINGS,
	NETSWAP_GROUP_PACKETS,
	NETSWAP_GROUP_LOOKUP,
	NETSWAP_GROUP_REASSEMBLY_V4,
	NETSWAP_GROUP_REASSEMBLY_V6,
	NETSWAP_GROUP_TRANSMIT,
	NETSWAP_GROUP_NBD,	/* the transports, as in their enum */
	NETSWAP_GROUP_RECLAIM = NETSWAP_GROUP_NBD + NETSWAP_NR_TRANSPORTS,
	NETSWAP_NR_GROUPS,
};

/* Shown in place of a setting: the size is computed. */
#define NETSWAP_GROUP_AUTO	UINT_MAX

/**
 * struct netswap_group_info - a group as shown to user space
 * @name: stable
 * @parent: its parent's name, NULL for the root
 * @pages: its reservation with that of its children; 0 while not active
 * @wanted: what that would be now, active or not
 * @set: own pages as set by request, or NETSWAP_GROUP_AUTO
 * @active: its pages are in the emergency pool
 * @charged: pages are charged here, so the next two mean something
 * @usage: pages now
 * @high: most pages so far
 */
struct netswap_group_info {
	const char *name;
	const char *parent;
	unsigned int pages;
	unsigned int wanted;
	unsigned int set;
	bool active;
	bool charged;
	unsigned int usage;
	unsigned int high;
};

#define NETSWAP_NO_CHARGE NETSWAP_NR_CHARGES

/**
 * struct netswap_group_shape - a group's place in the tree
 * @name: stable
 * @parent: has a smaller number; nothing for the root
 * @charge: NETSWAP_NO_CHARGE when pages are charged to a parent
 * @needs: groups that become active with this one, a bit each
 */
struct netswap_group_shape {
	const char *name;
	enum netswap_group parent;
	enum netswap_charge charge;
	u32 needs;
};

/**
 * struct netswap_plan - what would be, or is, in force
 * @active: groups, a bit each
 * @wanted: pages with those of a group's children
 * @reserved: the same of the active groups alone
 */
struct netswap_plan {
	u32 active;
	unsigned int wanted[NETSWAP_NR_GROUPS];
	unsigned int reserved[NETSWAP_NR_GROUPS];
};

/* reserve_plan.c APIs */
extern const struct netswap_group_shape netswap_groups[NETSWAP_NR_GROUPS];
void netswap_plan(const struct netswap_live *of, u32 asked,
		  const unsigned int set[NETSWAP_NR_GROUPS], struct netswap_plan *plan);
int netswap_group_find(const char *name);

/* reserve_tree.c APIs */
void netswap_tree_live(struct netswap_live *out);
int netswap_tree_update(const struct netswap_live *live, unsigned int wait_ms);
int netswap_tree_set(const char *name, unsigned int pages, unsigned int wait_ms);
int netswap_tree_activate(const char *name, bool on, unsigned int wait_ms);
bool netswap_tree_info(unsigned int index, struct netswap_group_info *info,
		       char name[IFNAMSIZ + 8]);
void netswap_tree_off(void);

/* reserve_nics.c APIs: under rtnl, may sleep */
void netswap_read_nics(struct netswap_live *live, const struct net_device *gone);
bool netswap_has_rings(const struct net_device *dev);

/* reserve_follow.c APIs */
void netswap_reserve_socket(enum netswap_transport transport, int change,
			    bool datagram);
bool netswap_reserve_datagrams(void);
void netswap_reserve_look_soon(void);
int netswap_reserve_refresh(unsigned int wait_ms);
int netswap_follow_init(void);
void netswap_follow_uninit(void);

#endif /* _NETSWAP_RESERVE_H */
