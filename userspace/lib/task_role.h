// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "lib/task_dump.h"

namespace netswap {

/// What a task does in a swap deadlock, read off its stack.
struct TaskRole {
    bool waits_tx_lock = false;        ///< wants the transmit lock of an nbd connection
    bool sends = false;                ///< is inside nbd's send, so it has that lock
    bool waits_send_space = false;     ///< the send waits for room in the socket, that is for ACKs
    bool send_needs_memory = false;    ///< the send itself allocates and finds none
    bool receives = false;             ///< nbd's receiver, waiting for the server's replies
    bool receive_needs_socket = false; ///< ... but cannot get the socket's lock
    bool refills = false;              ///< virtio_net's refill work: NAPI is off as long as it runs
    bool reclaims = false;             ///< is in direct reclaim
    bool is_kswapd = false;
    bool throttled = false; ///< waits to be let into direct reclaim
    bool waits_swap_in = false;
    bool waits_write_back = false;
    bool waits_request = false; ///< wants a free request (tag) of the block device
    bool waits_memory_pool = false;
};

TaskRole role_of(const TaskStack &task);

/// What the task waits for, in words; the innermost telling functions where no role fits.
std::string describe_wait(const TaskStack &task, const TaskRole &role);

/// "refill_work (kworker/1:2, pid 34)" or "storm:83".
std::string task_label(const TaskStack &task);

} // namespace netswap
