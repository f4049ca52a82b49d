// SPDX-License-Identifier: GPL-2.0
// Whether a device stands still: something is to be done, and nothing gets done. No heap.
#pragma once

#include <cstdint>
#include <string_view>

#include "keeper/timed_io.h"
#include "keeper/world.h"

namespace netswap::keeper {

/// The line of /sys/block/nbdN/stat; false if it is something else.
bool parse_requests(std::string_view line, Requests &out);

class Stall {
  public:
    /// What a slow server may take for a request.
    static constexpr std::uint64_t limit_ns = 5 * ns_per_s;

    /// To be called again and again. True if no request has ended for the time limit, though one
    /// was under way. It need not be so any more: one whose time limit is over goes back into the
    /// queue, and does not show until there is a connection.
    bool look(const Requests &now, std::uint64_t now_ns);

  private:
    bool begun_ = false;
    bool awaited_ = false; ///< one was under way since the last one ended
    std::uint64_t completed_ = 0;
    std::uint64_t since_ns_ = 0;
};

} // namespace netswap::keeper
