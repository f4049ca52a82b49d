// SPDX-License-Identifier: GPL-2.0
// What the kernel's messages about marks say. Needs no kernel: the host's tests make messages.
#pragma once

#include <string>
#include <vector>

#include <linux/netlink.h>

#include "live/marks.h"

namespace netswap::live {

/// Fills in what the message has; a damaged one changes nothing.
void parse_socket(nlmsghdr &message, MarkedSocket &socket);
void parse_listed(nlmsghdr &message, std::vector<MarkedSocket> &sockets);
void parse_policy(nlmsghdr &message, MarkPolicy &policy);

/// The words that come with an error message (NLMSG_ERROR), if there are any.
std::string error_words(const nlmsghdr &message);

} // namespace netswap::live
