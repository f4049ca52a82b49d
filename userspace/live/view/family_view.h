// SPDX-License-Identifier: GPL-2.0
// What the kernel says through generic netlink family "netswap" (kmod/uapi/netswap.yaml): on a
// hooked kernel all of it, on a stock one with netswap_mark the marked sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/proc_parse.h"
#include "lib/result.h"
#include "live/marks.h"

namespace netswap::live {

/// A module that answers a group of questions.
struct Mechanism {
    std::string name;
    std::string group;
};

struct FamilyView {
    std::string policy;                           ///< "mainline" or "bare"; empty if not told
    std::optional<std::uint64_t> emergency_pages; ///< pool below every watermark
    std::optional<std::uint64_t> marked_sockets;
    std::vector<Mechanism> mechanisms;
    CounterList counters; ///< "<module>.<counter>"
    /// Nothing without the privilege to ask (CAP_NET_ADMIN).
    std::optional<std::vector<MarkedSocket>> sockets;

    [[nodiscard]] std::optional<std::uint64_t> counter(std::string_view name) const;
};

class KernelFamily {
  public:
    virtual ~KernelFamily() = default;
    /// Nothing if this kernel has no such family.
    virtual Result<std::optional<FamilyView>> read() = 0;
};

/// Asks the running kernel.
class NetlinkFamily final : public KernelFamily {
  public:
    Result<std::optional<FamilyView>> read() override;
};

} // namespace netswap::live
