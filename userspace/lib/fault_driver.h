// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/guest_message.h"
#include "lib/machine.h"
#include "lib/record.h"

namespace netswap {

/// Decides when which fault begins and ends, one at a time, at moments that depend on the seed and
/// on how fast the guest recovers:
///
///   calm --(0.5 to 3 s after the last one healed)--> broken --(its seconds)--> healing --> calm
///
/// A fault counts as healed when, after its end, the guest's page counters moved and, unless the
/// wire carried on all the time, at least wire_proof bytes went over it: the kernel counts a page
/// when it hands it to the device, so the counters alone go on for a moment while nothing gets
/// through. A fault of replies has to have met at least one. One of the daemon also needs the word
/// that the new daemon watches.
///
/// Told of events by the supervisor.
class FaultDriver {
  public:
    /// All of these outlive this object.
    FaultDriver(const std::vector<FaultOrder> &orders, std::uint64_t seed, FaultSite &site,
                Machine &machine, const Clock &clock);

    /// Every sample of the guest.
    void sample(const Sample &sample);
    /// What the agent says about the daemon. An error is one of the guest's side.
    Status daemon(const DaemonMessage &message);
    /// How many allocations failed in a fault that makes them. None is an error.
    Status failed_allocations(const FailedAllocationsMessage &message);
    /// Begins and ends what is due.
    Status tick();

    /// When tick() wants to be called; infinity if it waits for the guest.
    [[nodiscard]] double next_due() const;
    /// All were made and healed; the guest has been told to end the storm.
    [[nodiscard]] bool over() const { return next_ == faults_.size(); }
    /// "during server-kill (3 of 7), 12 s after it began", or "" when all is well.
    [[nodiscard]] std::string current() const;
    /// Whether at least one of this kind was begun.
    [[nodiscard]] bool made(FaultKind kind) const;
    /// "2 of 7 faults were made and healed"; "" if all were.
    [[nodiscard]] std::string shortfall() const;
    [[nodiscard]] const std::vector<FaultRecord> &records() const { return records_; }

    static constexpr std::uint64_t wire_proof = 64 << 10;
    /// Pages swapped out before the first fault may come.
    static constexpr std::int64_t pages_at_first = 1000;

  private:
    enum class Phase {
        idle,    ///< the guest does not swap yet
        calm,    ///< waits for the next begin
        asked,   ///< the guest was told to kill its daemon
        broken,  ///< waits for the end of the fault, which host or guest makes
        healing, ///< waits for progress
    };

    [[nodiscard]] const Fault &fault() const { return faults_[next_]; }
    /// The time now as the guest's samples count it.
    [[nodiscard]] double guest_time() const;
    Status begin();
    void began();
    void ended();
    void healed();
    [[nodiscard]] bool met_something();
    [[nodiscard]] std::optional<std::uint64_t> hits();
    void rest();
    double between(double low, double high);

    FaultSite &site_;
    Machine &machine_;
    const Clock &clock_;
    std::mt19937_64 random_;
    std::vector<Fault> faults_; ///< in the order of being made
    std::size_t next_ = 0;
    Phase phase_ = Phase::idle;
    double due_ = 0;                      ///< of the next begin or end
    double began_ = 0;                    ///< of the present fault
    double ended_ = 0;                    ///< likewise
    std::optional<std::uint64_t> failed_; ///< allocations of the present fault, once they are told
    double watched_ = 0;                  ///< when the new daemon watched; 0: not yet
    std::uint64_t wire_at_end_ = 0;
    Sample last_; ///< and when it came
    double last_at_ = 0;
    std::vector<FaultRecord> records_;
};

} // namespace netswap
