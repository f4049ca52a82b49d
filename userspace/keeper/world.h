// SPDX-License-Identifier: GPL-2.0
// What the keeper sees and does outside of itself. Nothing here may use the heap.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "keeper/tcp_table.h"

namespace netswap::keeper {

/// Why wait() returned.
struct Wake {
    bool stop = false;            ///< SIGTERM or SIGINT
    int links_dead = 0;           ///< connections the kernel gave up; -1: messages were lost
    bool network_changed = false; ///< an interface went up or down
};

/// A new connection that has been negotiated, or why there is none.
struct Attempt {
    int fd = -1;
    std::uint16_t port = 0; ///< of this end, 0 for a UNIX socket
    std::uint64_t bytes = 0;
    std::uint16_t flags = 0;
    int os_error = 0;
    std::array<char, 120> why{}; ///< in words, NUL-terminated
};

/// Of the device, since it came to be.
struct Requests {
    std::uint64_t completed = 0;
    std::uint64_t in_flight = 0; ///< now
};

enum class Level { error = 3, warning = 4, notice = 5, info = 6 };

class World {
  public:
    virtual ~World() = default;
    virtual std::uint64_t now_ns() = 0;
    virtual Wake wait(std::uint64_t until_ns) = 0;
    /// States of the TCP connections from these local ports to the server; false if unknown.
    virtual bool look(std::span<const std::uint16_t> ports, std::span<TcpState> states) = 0;
    /// Connects and negotiates, to the next address of the server with each call.
    virtual Attempt connect(std::uint64_t deadline_ns) = 0;
    /// Gives the socket to the device; 0 or an errno value. The descriptor stays open. After
    /// ENOBUFS, ETIMEDOUT or EPIPE nobody knows whether the device has it.
    virtual int hand_over(int fd) = 0;
    virtual void close(int fd) = 0;
    /// The device still is what the area says (its identifier, its being connected at all).
    virtual bool device_is_ours() = 0;
    /// Somebody has disconnected it, and something, swap perhaps, has it open still: the kernel
    /// takes no connection for it until that ends.
    virtual bool device_removed() = 0;
    /// False if they cannot be read.
    virtual bool requests(Requests &out) = 0;
    /// Sets vm.min_free_kbytes back to the area's value if the kernel has lowered it. True if so.
    virtual bool keep_reserve() = 0;
    /// For the service manager: "READY=1", "WATCHDOG=1", "STATUS=...".
    virtual void notify(const char *text) = 0;
    virtual void log(Level level, const char *text) = 0;
};

} // namespace netswap::keeper
