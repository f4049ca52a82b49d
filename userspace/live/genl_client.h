// SPDX-License-Identifier: GPL-2.0
// Requests to one generic netlink family, one at a time, each waited for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "lib/result.h"

struct nl_msg;
struct nl_sock;
struct nlmsghdr;

namespace netswap::live {

/// Errors carry the kernel's own words where it has some; last_errno() is for programs.
class GenlClient {
  public:
    struct Request {
        int command = 0;
        int flags = 0; ///< NLM_F_DUMP for a list
        /// Adds the attributes; not 0 when they do not fit.
        std::function<int(nl_msg *)> put;
        /// Gets each message of the answer; set if and only if there is one.
        std::function<void(nlmsghdr &)> take;
    };

    /// Fails with `missing` (exit_host) if the kernel has no such family.
    static Result<GenlClient> open(const char *family, int version, const std::string &missing);

    Status ask(const Request &request);

    /// The kernel's errno of the last request, 0 if it succeeded.
    [[nodiscard]] int last_errno() const { return errno_; }

  private:
    struct Close {
        void operator()(nl_sock *socket) const;
    };

    GenlClient(std::unique_ptr<nl_sock, Close> socket, int family, int version)
        : socket_(std::move(socket)), family_(family), version_(version) {}

    std::unique_ptr<nl_sock, Close> socket_;
    int family_;
    int version_;
    int errno_ = 0;
};

} // namespace netswap::live
