// SPDX-License-Identifier: GPL-2.0
// The requests about marked sockets of the netlink family "netswap".
#pragma once

#include "guest/base.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct nl_msg;
struct nl_sock;

namespace netswap::guest {

struct MarkedSocket {
    std::uint32_t id = 0;
    std::uint32_t inode = 0;
    std::uint16_t family = 0;
    std::string local;
    std::string remote;
    bool by_user = false;
};

/// Errors of the kernel keep their errno as code.
class MarkClient {
  public:
    /// Fails if the family is not there.
    static Result<MarkClient> open();

    /// Marks a socket of this process; returns the id of the mark.
    Result<std::uint32_t> mark(int fd);
    Result<void> unmark_id(std::uint32_t id);
    Result<void> unmark_fd(int fd);
    Result<std::vector<MarkedSocket>> list();

  private:
    struct Close {
        void operator()(nl_sock *socket) const;
    };

    explicit MarkClient(std::unique_ptr<nl_sock, Close> socket, int family)
        : socket_(std::move(socket)), family_(family) {}

    Result<void> ask(int command, int flags, int attribute, std::uint32_t value,
                     int (*take)(nl_msg *, void *), void *into);

    std::unique_ptr<nl_sock, Close> socket_;
    int family_;
};

} // namespace netswap::guest
