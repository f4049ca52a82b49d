// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "guest/sysfile.h"
#include "lib/fd.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <linux/perf_event.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace netswap::guest {

/// How often the thread that made it had to reclaim memory itself. Others' turns, which
/// /proc/vmstat has in the same sum, are not in it.
class ReclaimCounter {
  public:
    ReclaimCounter() {
        const auto id =
            read_word("/sys/kernel/debug/tracing/events/vmscan/mm_vmscan_direct_reclaim_begin/id");
        REQUIRE(id.has_value());
        perf_event_attr event{};
        event.type = PERF_TYPE_TRACEPOINT;
        event.size = sizeof event;
        event.config = std::stoull(*id);
        counter_ = Fd(static_cast<int>(
            ::syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC)));
        REQUIRE(counter_.valid());
    }

    [[nodiscard]] std::uint64_t count() const {
        std::uint64_t turns = 0;
        REQUIRE(::read(counter_.get(), &turns, sizeof turns) == sizeof turns);
        return turns;
    }

  private:
    Fd counter_;
};

} // namespace netswap::guest
