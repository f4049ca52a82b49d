// SPDX-License-Identifier: GPL-2.0
// Memory that nothing points to any more, as a kernel with DEBUG_KMEMLEAK finds it.
#pragma once

#include <chrono>
#include <string>

#include "guest/base.h"

namespace netswap::guest {

/// The kernel's side of it. The tests have one that takes notes.
class LeakSite {
  public:
    virtual ~LeakSite() = default;
    /// Whether this kernel looks for leaks at all.
    [[nodiscard]] virtual bool there() const = 0;
    /// "scan", "clear"
    virtual Result<void> order(const std::string &word) = 0;
    /// The kernel's report, empty without leaks.
    virtual Result<std::string> report() = 0;
    virtual void wait(std::chrono::seconds time) = 0;
};

/// /sys/kernel/debug/kmemleak
class KernelLeakSite final : public LeakSite {
  public:
    [[nodiscard]] bool there() const override;
    Result<void> order(const std::string &word) override;
    Result<std::string> report() override;
    void wait(std::chrono::seconds time) override;
};

class LeakFinder {
  public:
    explicit LeakFinder(LeakSite &site) : site_(site) {}

    [[nodiscard]] bool there() const { return site_.there(); }
    /// Leaks up to now do not count.
    void forget();
    /// Fails with the leaks in words. Takes seconds: the kernel does not report young memory.
    Result<void> check();

  private:
    LeakSite &site_;
};

} // namespace netswap::guest
