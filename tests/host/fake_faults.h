// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/clock.h"
#include "lib/fault.h"

namespace netswap {

/// Breaks nothing and takes notes. Starting a server takes a moment.
class FakeFaultSite final : public FaultSite {
  public:
    explicit FakeFaultSite(const Clock &clock) : clock_(clock) {}

    Status begin(const Fault &fault) override { return note(fault, true); }
    Status end(const Fault &fault) override { return note(fault, false); }
    std::optional<std::uint64_t> hits(const Fault &) override { return hit_count; }

    struct Entry {
        FaultKind kind;
        bool begin;
        double at;
    };
    std::vector<Entry> log;
    bool broken = false;
    int overlaps = 0;                       ///< begins during another fault
    std::optional<std::uint64_t> hit_count; ///< what hits() says
    std::string refuse;                     ///< makes the next call fail

  private:
    Status note(const Fault &fault, bool begin) {
        if (!refuse.empty())
            return fail(refuse);
        overlaps += begin == broken ? 1 : 0;
        broken = begin;
        log.push_back({fault.kind, begin, clock_.now()});
        return {};
    }

    const Clock &clock_;
};

} // namespace netswap
