// SPDX-License-Identifier: GPL-2.0
#include "lib/task_role.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "lib/text.h"

namespace netswap {

namespace {

/// Is `inner` at most `distance` calls below one of `outers`?
template <std::size_t N>
bool called_from(const TaskStack &task, std::size_t inner,
                 const std::array<std::string_view, N> &outers, std::size_t distance) {
    for (std::size_t i = inner + 1; i < task.frames.size() && i <= inner + distance; i++)
        if (std::find(outers.begin(), outers.end(), task.frames[i]) != outers.end())
            return true;
    return false;
}

constexpr std::array<std::string_view, 3> lockers{"nbd_handle_cmd", "nbd_queue_rq", "nbd_send_cmd"};
constexpr std::array<std::string_view, 3> receivers{"nbd_read_reply", "recv_work",
                                                    "nbd_handle_reply"};

bool wants_tx_lock(const TaskStack &task) {
    for (std::size_t i = 0; i < task.frames.size(); i++)
        if (task.frames[i].starts_with("__mutex_lock") || task.frames[i] == "mutex_lock")
            return called_from(task, i, lockers, 3);
    return false;
}

/// The innermost send on the stack: a send may reclaim memory and meet nbd a second time.
bool in_send(const TaskStack &task) {
    for (std::size_t i = 0; i < task.frames.size(); i++)
        if (task.frames[i] == "__sock_xmit" || task.frames[i] == "sock_xmit")
            return called_from(task, i, lockers, 4) && !called_from(task, i, receivers, 3);
    return task.has("nbd_send_cmd");
}

/// Is `inner` on the stack, called (by any way) from `outer`?
bool below(const TaskStack &task, std::string_view inner, std::string_view outer) {
    const auto a = task.find(inner), b = task.find(outer);
    return a && b && *a < *b;
}

} // namespace

TaskRole role_of(const TaskStack &task) {
    TaskRole role;
    role.waits_tx_lock = wants_tx_lock(task);
    role.sends = in_send(task);
    role.waits_send_space = role.sends && task.has("sk_stream_wait_memory");
    role.send_needs_memory = role.sends && !role.waits_send_space &&
                             below(task, "__alloc_pages_slowpath", "__sock_xmit");
    role.receives = task.work == "recv_work" || task.has("nbd_read_reply") || task.has("recv_work");
    role.receive_needs_socket =
        role.receives && (task.has("__lock_sock") || task.has("lock_sock_nested"));
    role.refills = task.work == "refill_work" || task.has("refill_work");
    role.reclaims = task.has("try_to_free_pages") || task.has("__alloc_pages_direct_reclaim");
    role.is_kswapd = task.name.starts_with("kswapd") || task.has("kswapd");
    role.throttled = task.has("throttle_direct_reclaim") || task.has_prefix("memreserve_throttle");
    role.waits_swap_in = task.has("do_swap_page") &&
                         (task.has("__folio_lock_or_retry") || task.has("folio_wait_bit_common") ||
                          task.has_prefix("swap_read"));
    role.waits_write_back = task.has("folio_wait_writeback");
    role.waits_request = task.has("blk_mq_get_tag") || task.has("__blk_mq_alloc_requests");
    role.waits_memory_pool = below(task, "mempool_alloc", "bio_alloc_bioset");
    return role;
}

std::string describe_wait(const TaskStack &task, const TaskRole &role) {
    std::vector<std::string> parts;
    if (role.is_kswapd)
        parts.emplace_back("reclaiming (kswapd)");
    else if (role.reclaims && !role.throttled)
        parts.emplace_back("in direct reclaim");

    if (role.waits_tx_lock)
        parts.emplace_back("waits for nbd tx_lock");
    else if (role.waits_send_space)
        parts.emplace_back("sends for nbd, waits for socket buffer space (ACKs)");
    else if (role.send_needs_memory)
        parts.emplace_back("needs memory to send for nbd");
    else if (role.sends)
        parts.emplace_back("sends for nbd");
    else if (role.throttled)
        parts.emplace_back("throttled before direct reclaim");
    else if (role.receive_needs_socket)
        parts.emplace_back("has replies to read but waits for the socket's lock");
    else if (role.receives)
        parts.emplace_back("waits for replies of the NBD server");
    else if (role.waits_request)
        parts.emplace_back("waits for a free block request");
    else if (role.waits_memory_pool)
        parts.emplace_back("waits for a bio from the memory pool");
    else if (role.waits_write_back)
        parts.emplace_back("waits for write-back of a page");
    else if (role.waits_swap_in)
        parts.emplace_back("waits for a page being swapped in");
    else {
        // The scheduler's own functions say nothing.
        std::vector<std::string> telling;
        for (const auto &frame : task.frames)
            if (frame.find("schedule") == std::string::npos && telling.size() < 3)
                telling.push_back(frame);
        parts.push_back(telling.empty() ? "no stack" : "in " + join(telling, " < "));
    }
    return join(parts, ", ");
}

std::string task_label(const TaskStack &task) {
    if (!task.work.empty())
        return fmt::format("{} ({}, pid {})", task.work, task.name, task.pid);
    return fmt::format("{}:{}", task.name, task.pid);
}

} // namespace netswap
