// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

/// Console text of hung guests, cut down to what the analysis reads.
namespace netswap::fixture {

/// The mainline deadlock: the refill work sits in direct reclaim behind the transmit lock, whose
/// holder waits for an ACK.
inline const std::string refill_hang = R"(sysrq: Show Blocked State
task:kworker/1:2     state:D stack:0     pid:34    tgid:34    ppid:2      flags:0x00004800
Workqueue: events refill_work
Call Trace:
 <TASK>
 __schedule+0x293/0x610
 schedule+0x22/0xa0
 schedule_preempt_disabled+0x10/0x20
 __mutex_lock.constprop.0+0x33f/0x740
 nbd_queue_rq+0xb7/0x3b0
 ? move_folios_to_lru+0x186/0x320
 blk_mq_flush_plug_list+0x338/0x5d0
 shrink_lruvec+0x921/0xb20
 try_to_free_pages+0x14b/0x530
 __alloc_pages_slowpath.constprop.0+0x2d0/0xbc0
 skb_page_frag_refill+0x99/0xc0
 try_fill_recv+0x39c/0x850
 refill_work+0x40/0x90
 process_one_work+0x153/0x370
 </TASK>
task:storm           state:D stack:0     pid:85    tgid:85    ppid:1      flags:0x00004002
Call Trace:
 <TASK>
 __schedule+0x293/0x610
 schedule+0x22/0xa0
 throttle_direct_reclaim+0x1a0/0x290
 try_to_free_pages+0x90/0x530
 __alloc_pages_slowpath.constprop.0+0x2d0/0xbc0
 </TASK>
sysrq: Show State
task:init            state:S stack:0     pid:1     tgid:1     ppid:0      flags:0x00000002
Call Trace:
 <TASK>
 __schedule+0x293/0x610
 do_wait+0x58/0x100
 </TASK>
task:storm           state:S stack:0     pid:83    tgid:83    ppid:1      flags:0x00004002
Call Trace:
 <TASK>
 __schedule+0x293/0x610
 schedule+0x22/0xa0
 schedule_timeout+0x87/0x140
 wait_woken+0x50/0x60
 sk_stream_wait_memory+0x1b2/0x340
 tcp_sendmsg_locked+0x7c8/0xd30
 tcp_sendmsg+0x22/0x40
 sock_sendmsg+0x53/0x90
 __sock_xmit+0x92/0x180
 nbd_send_cmd+0x3c1/0x710
 nbd_queue_rq+0x1e2/0x3b0
 blk_mq_flush_plug_list+0x338/0x5d0
 shrink_lruvec+0x921/0xb20
 try_to_free_pages+0x14b/0x530
 </TASK>
sysrq: Show memory reserve
memreserve: policy mainline, emergency 0 pages, marked sockets 1
memreserve: node 0 zone DMA free 4 min 32 low 40 high 48
memreserve: node 0 zone DMA32 free 8 min 292 low 360 high 430
)";

/// The bare deadlock, with time stamps: the sender itself is without memory.
inline const std::string send_hang = R"([   25.100001] sysrq: Show Blocked State
[   25.100002] task:kworker/u12:0   state:D stack:    0 pid:   40 ppid:     2 flags:0x00004000
[   25.100003] Workqueue: nbd0-recv recv_work [nbd]
[   25.100004] Call Trace:
[   25.100005]  __schedule+0x293/0x610
[   25.100006]  __lock_sock+0x63/0x90
[   25.100007]  sk_wait_data+0x12e/0x160
[   25.100008]  tcp_recvmsg_locked+0x21c/0x9c0
[   25.100009]  __sock_xmit+0xd7/0x180 [nbd]
[   25.100010]  recv_work+0xe9/0x2f0 [nbd]
[   25.100011] task:storm           state:D stack:    0 pid:   63 ppid:     1 flags:0x00004002
[   25.100012]  __schedule+0x293/0x610
[   25.100013]  __mutex_lock.constprop.0+0x33f/0x740
[   25.100014]  nbd_queue_rq+0xb7/0x3b0 [nbd]
[   25.100015] task:storm           state:D stack:    0 pid:   64 ppid:     1 flags:0x00004002
[   25.100016]  __schedule+0x293/0x610
[   25.100017]  io_schedule_timeout+0x52/0x80
[   25.100018]  mempool_alloc_noprof+0x13d/0x170
[   25.100019]  bio_alloc_bioset+0x1aa/0x3f0
[   25.100020]  swap_writepage+0x227/0x4e0
[   25.100021]  try_to_free_pages+0x14b/0x530
[   25.200000] sysrq: Show State
[   25.200001] task:kworker/1:1H    state:R  running task     stack:    0 pid:   58 ppid:     2 flags:0x00004008
[   25.200002] Workqueue: kblockd blk_mq_run_work_fn
[   25.200003]  <IRQ>
[   25.200004]  sched_show_task+0x11c/0x160
[   25.200005]  serial8250_interrupt+0x4b/0x90
[   25.200006]  </IRQ>
[   25.200007]  asm_common_interrupt+0x22/0x40
[   25.200008] RIP: 0010:shrink_folio_list+0x14d/0xc10
[   25.200009]  shrink_lruvec+0x5eb/0xb20
[   25.200010]  try_to_free_pages+0x14b/0x530
[   25.200011]  __alloc_pages_slowpath.constprop.0+0x2d0/0xbc0
[   25.200012]  sk_page_frag_refill+0x18/0xa0
[   25.200013]  tcp_sendmsg_locked+0x21a/0xd30
[   25.200014]  __sock_xmit+0x92/0x180 [nbd]
[   25.200015]  nbd_send_cmd+0x3c1/0x710 [nbd]
[   25.200016]  nbd_queue_rq+0x1e2/0x3b0 [nbd]
[   25.300000] sysrq: Show Memory
[   25.300001] Mem-Info:
[   25.300002] Node 0 DMA free:996kB boost:0kB min:2236kB low:2280kB high:2324kB
[   25.300003] Node 0 DMA32 free:2452kB boost:0kB min:3564kB low:3836kB high:4108kB
)";

/// Only lockdep can tell who holds the lock here.
inline const std::string lockdep_hang = R"(sysrq: Show Blocked State
task:storm           state:D stack:0     pid:90    tgid:90    ppid:1      flags:0x00004002
 __schedule+0x293/0x610
 __mutex_lock.constprop.0+0x33f/0x740
 mutex_lock+0x20/0x30
 nbd_handle_cmd+0xb7/0x3b0
task:storm           state:D stack:0     pid:91    tgid:91    ppid:1      flags:0x00004002
 __schedule+0x293/0x610
 mystery_wait+0x10/0x20
sysrq: Show Locks Held
Showing all locks held in the system:
2 locks held by storm/90:
 #0: ffff888003e0a0b8 (&cmd->lock){+.+.}-{3:3}, at: nbd_queue_rq+0x40/0x3b0
 #1: ffff888003e0a108 (&nsock->tx_lock){+.+.}-{3:3}, at: nbd_handle_cmd+0xa0/0x3b0
1 lock held by storm/91:
 #0: ffff888003e0a108 (&nsock->tx_lock){+.+.}-{3:3}, at: nbd_handle_cmd+0xa0/0x3b0
)";

} // namespace netswap::fixture
