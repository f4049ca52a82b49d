// SPDX-License-Identifier: GPL-2.0
// vm.min_free_kbytes while swap areas are up: raised to what the neediest of them asks for, never
// lowered, given back when the last one goes.
//
// RUN/min_free remembers what it was and what every area needs; it goes away with the last need.
// Calls from several processes wait for each other.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/result.h"
#include "live/paths.h"
#include "live/watermarks.h"

namespace netswap::live {

/// The kernel's side: the sysctl, and the watermarks that come of it.
class MinFree {
  public:
    virtual ~MinFree() = default;
    virtual Result<std::int64_t> read_kb() = 0;
    virtual Status write_kb(std::int64_t kb) = 0;
    virtual Result<std::vector<Zone>> zones() = 0;
    /// Pages of a huge page, 0 without them.
    virtual std::int64_t pageblock() = 0;
};

/// /proc/sys/vm/min_free_kbytes and /proc/zoneinfo.
class ProcMinFree final : public MinFree {
  public:
    explicit ProcMinFree(Paths paths) : paths_(std::move(paths)) {}
    Result<std::int64_t> read_kb() override;
    Status write_kb(std::int64_t kb) override;
    Result<std::vector<Zone>> zones() override;
    std::int64_t pageblock() override;

  private:
    Paths paths_;
};

/// For AreaState: -1 and -1 if the value was left alone.
struct ReserveChange {
    std::int64_t before_kb = -1;
    std::int64_t set_kb = -1;
    /// The kernel's reservation tree keeps the pages instead.
    bool tree = false;
};

/// Makes sure of `need_kb` for an area, and proves it: the sysctl and the zones' min watermarks are
/// read back. Nothing is changed, and remembered, if that fails. A second call for the same area
/// replaces its need.
Result<ReserveChange> apply_reserve(const Paths &paths, MinFree &kernel, const std::string &area,
                                    std::int64_t need_kb);

enum class Restored {
    nothing_to_do, ///< this area had asked for nothing, or nothing had been changed
    still_needed,  ///< another area needs as much
    lowered,       ///< to what the other areas need
    given_back,    ///< to what it was before the first area came
    left_alone,    ///< somebody has set another value meanwhile; it is theirs now
};

/// The area goes. No error if it never asked.
Result<Restored> restore_reserve(const Paths &paths, MinFree &kernel, const std::string &area);

enum class ReserveState {
    not_asked, ///< no area needs anything
    holds,     ///< the value is high enough
    reapplied, ///< it was what the kernel chooses by itself (huge pages switched off): set again
    lowered_by_hand, ///< somebody set a smaller value: left alone
};

struct ReserveCheck {
    ReserveState state = ReserveState::not_asked;
    std::int64_t found_kb = 0;
    std::int64_t need_kb = 0;
};

/// Is it still so? To be called now and then: by the daemon and by `netswap status`. Needs root
/// only when there is something to set again.
Result<ReserveCheck> check_reserve(const Paths &paths, MinFree &kernel);

/// Connections of all areas that are up, for the plan of the next one.
int connections_up(const Paths &paths);

} // namespace netswap::live
