// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "matrix/journal.h"
#include "matrix/shrinker.h"

/// The lines of shrink.jsonl; docs/matrix-json.md lists their keys.
namespace netswap {

/// What a search begins with: runs of another one must not decide it.
struct ShrinkSession {
    std::string start; ///< command of the first scenario, canonical
    std::string accel;
    std::map<std::string, std::string> artefacts; ///< "6.12 kernel" -> fingerprint
};

void to_json(nlohmann::json &json, const ShrinkSession &session);
void from_json(const nlohmann::json &json, ShrinkSession &session);

/// Gives runs that were made before as they were, and keeps those that another runner makes.
class RecordedRunner final : public TrialRunner {
  public:
    /// Bad input: the journal is of another search. Both must outlive the runner.
    static Result<RecordedRunner> open(Journal &journal, const ShrinkSession &session,
                                       TrialRunner &runner);

    Result<std::optional<RunRecord>> run(const StormArguments &scenario, int trial) override;

    /// Runs that were there when it was opened.
    [[nodiscard]] std::size_t found() const { return found_; }

  private:
    RecordedRunner(Journal &journal, TrialRunner &runner) : journal_(journal), runner_(runner) {}

    Journal &journal_;
    TrialRunner &runner_;
    std::map<std::pair<std::string, int>, RunRecord> runs_; ///< by command and trial
    std::size_t found_ = 0;
};

/// Runs of a file that a scenario can be taken from: the JSON of a storm, one record of it, or the
/// lines of matrix or shrink. Bad input: none of these.
Result<std::vector<RunRecord>> runs_of_text(const std::string &text, const std::string &file);

} // namespace netswap
