// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/record.h"
#include "lib/result.h"
#include "lib/storm_options.h"
#include "matrix/reduction.h"

namespace netswap {

/// Makes runs of candidates; the lab but in tests.
class TrialRunner {
  public:
    virtual ~TrialRunner() = default;
    /// Run `trial` (from 0) of this canonical scenario. Nothing: no run is to be made any more,
    /// for the time is up or somebody pressed Ctrl-C. An error ends the search.
    virtual Result<std::optional<RunRecord>> run(const StormArguments &scenario, int trial) = 0;
};

/// A candidate hangs if at least `at_least` of `runs` runs do.
struct ShrinkRules {
    int runs = 3;
    int at_least = 1;
};

/// A candidate that was decided.
struct ShrinkStep {
    std::string change; ///< "workers 16 -> 8"
    int hung = 0;
    int made = 0;                  ///< runs; the rest was not needed
    std::map<Verdict, int> others; ///< that did not hang
    bool kept = false;             ///< it hangs: the search goes on from there
    bool known = false;            ///< as an earlier candidate; no run was made
};

struct ShrinkOutcome {
    bool hangs = false;      ///< the scenario to begin with does
    bool finished = false;   ///< nothing smaller is left to try
    StormArguments smallest; ///< canonical
    RunRecord hang;          ///< a run of it that hung, if `hangs`
    int candidates = 0;      ///< decided by runs, the first scenario included
    int runs = 0;
};

/// Looks for a smaller scenario that still hangs: leaves out parts of lists in ever smaller chunks,
/// halves numbers, and begins again until a whole round has changed nothing. What it gives back is
/// smallest in that no single one of its steps can be gone further, and not smallest of all.
/// Each decision depends on the runs' verdicts alone, so the same verdicts lead the same way.
class Shrinker {
  public:
    using Observer = std::function<void(const ShrinkStep &)>;

    Shrinker(ShrinkRules rules, TrialRunner &runner, Observer observer)
        : rules_(rules), runner_(runner), observer_(std::move(observer)) {}

    /// Bad input: `start` is no scenario.
    Result<ShrinkOutcome> search(const StormArguments &start);

  private:
    struct Decision {
        bool hangs = false;
        RunRecord hang;
    };

    /// True if it hangs; then it is the smallest. False also if there is no such scenario, or no
    /// run is to be made any more.
    bool attempt(const std::string &change, const StormArguments &candidate);
    void decide(ShrinkStep &step, Decision &decision, const StormArguments &candidate);
    void reduce(const ListReduction &reduction);
    void reduce(const NumberReduction &reduction);
    [[nodiscard]] bool over() const { return stopped_ || error_.has_value(); }

    ShrinkRules rules_;
    TrialRunner &runner_;
    Observer observer_;
    ShrinkOutcome outcome_;
    std::map<std::string, Decision> known_; ///< by command
    bool stopped_ = false;
    std::optional<Error> error_;
};

} // namespace netswap
