// SPDX-License-Identifier: GPL-2.0
// Messages to the family "netswap" that nobody would send: made of the spec's commands and
// attributes, right and wrong, nested, cut off. The same seed makes the same messages.
#pragma once

#include "netlink_spec.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace netswap::guest {

class NetlinkSoup {
  public:
    NetlinkSoup(std::uint32_t seed, int family) : random_(seed), family_(family) {}

    /// The next one, with its header. Its length may be a lie.
    std::vector<char> next();

  private:
    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>(random_() % limit);
    }
    bool one_in(std::uint32_t n) { return below(n) == 0; }

    void add_attributes(std::vector<char> &message, std::string_view set, int depth);
    void add_attribute(std::vector<char> &message, int type, std::string_view payload);
    std::string payload_of(NetlinkType type);
    std::string number(std::size_t bytes);
    std::string text();
    std::string noise(std::uint32_t most);

    std::mt19937 random_;
    int family_;
};

} // namespace netswap::guest
