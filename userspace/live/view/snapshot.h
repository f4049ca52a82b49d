// SPDX-License-Identifier: GPL-2.0
// Everything netswap can see of this machine at one moment. `status`, `top` and `metrics` are
// three ways of showing it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "live/area_state.h"
#include "live/swaps.h"
#include "live/view/device_view.h"
#include "live/view/family_view.h"
#include "live/view/keeper_view.h"
#include "live/view/machine_view.h"
#include "live/view/nbd_view.h"
#include "live/view/protection.h"

namespace netswap::live {

struct Instant {
    std::int64_t wall_s = 0;   ///< since 1970
    std::uint64_t mono_ns = 0; ///< CLOCK_MONOTONIC, as in the live page
};

class ViewClock {
  public:
    virtual ~ViewClock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

class SystemViewClock final : public ViewClock {
  public:
    [[nodiscard]] Instant now() const override;
};

/// Something the administrator must know: what is wrong, and what to do about it.
struct Problem {
    std::string code; ///< stable: stale_state, swap_off, damaged_state, daemon_not_running, ...
    std::string text;
    std::string remedy;
};

struct AreaView {
    std::string name;
    std::optional<AreaState> state; ///< nothing if the file is damaged
    DeviceView device;
    bool ours = false;             ///< the device is connected and carries our identifier
    std::optional<SwapEntry> swap; ///< nothing while the device is no swap
    KeeperView keeper;
    bool removed = false; ///< somebody disconnected the device while swap was on
    std::vector<Problem> problems;
};

struct Snapshot {
    Instant at;
    MachineView machine;
    ProtectionView protection;
    std::optional<FamilyView> family;
    std::vector<AreaView> areas;
    std::vector<Problem> problems; ///< that belong to no area

    [[nodiscard]] bool healthy() const;
    /// Pages: the lowest free level of a zone at which somebody took from the reserve.
    [[nodiscard]] std::optional<std::uint64_t> lowest_free() const;
    [[nodiscard]] std::optional<std::uint64_t> marked_sockets() const;
    /// How often reclaimers were held back, by the module that does it or by the kernel's count.
    [[nodiscard]] std::uint64_t throttled() const;
    [[nodiscard]] std::optional<std::uint64_t> throttled_us() const;
};

/// Packets dropped because they held reserve memory and were not for a marked socket, by reason:
/// "socket" and "protocol" from sock_memalloc, "filter" from the kernel's own count.
CounterList drops(const Snapshot &snapshot);

struct Sources {
    const Paths &paths;
    KernelFamily &family;
    const ViewClock &clock;
    NbdView &nbd;
};

/// All areas, or the one named; a name that is not up is bad input. What cannot be read about an
/// area or about the family becomes a problem in the snapshot.
Result<Snapshot> take_snapshot(const Sources &sources, const std::string &name = "");

} // namespace netswap::live
