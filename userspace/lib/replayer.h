// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "lib/clock.h"
#include "lib/machine.h"
#include "lib/result.h"

namespace netswap {

/// What a recorded guest said.
struct Transcript {
    std::string console;
    std::string channel; ///< lines, each with its end
};

struct ReplayOptions {
    double still_s = 120;  ///< without an instruction: QEMU has lost its place
    std::uint64_t all = 0; ///< instructions that were recorded; 0: not known
    bool debugged = false; ///< somebody stops the guest and lets it go on at will
    std::function<void(std::uint64_t instructions)> progress; ///< now and then; may be empty
};

struct ReplayOutcome {
    bool same = false;
    std::string difference; ///< where it went another way, or why it ended; "" if it is the same
    std::uint64_t instructions = 0;
    double seconds = 0;
    Transcript said;
};

/// Follows a guest that is replayed to its end, and compares each byte it says with what the
/// recorded one said. Ends at the first that differs.
class Replayer {
  public:
    Replayer(CountedMachine &machine, const Clock &clock, Transcript recorded,
             ReplayOptions options)
        : machine_(machine), clock_(clock), recorded_(std::move(recorded)),
          options_(std::move(options)) {}

    ReplayOutcome run();

  private:
    void take(const MachineEvent &event);
    void look(double now);
    void compare();
    [[nodiscard]] bool all_was_said() const;

    CountedMachine &machine_;
    const Clock &clock_;
    Transcript recorded_;
    ReplayOptions options_;
    ReplayOutcome outcome_;
    double moved_at_ = 0;
    bool over_ = false;
};

/// Where two texts differ first: "line 12: 'a' instead of 'b'"; "" if they are the same.
std::string first_difference(std::string_view expected, std::string_view got);

} // namespace netswap
