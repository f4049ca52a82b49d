// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/campaign.h"
#include "lib/record.h"

namespace netswap::cli {

/// Progress of a campaign on stderr: on a terminal one line that is written over, with the tally of
/// every arm; elsewhere one line a run. Also collects the records.
class Display final : public CampaignObserver {
  public:
    /// `total`: runs to be made. `on_record` is called after each finished run.
    Display(std::size_t total, bool terminal, std::function<void()> on_record)
        : total_(total), terminal_(terminal), on_record_(std::move(on_record)) {}

    /// What a run is called; without this it is by arm and index.
    using Namer =
        std::function<std::string(const std::string &arm, const RunParams &params, int run)>;
    void name_runs(Namer namer) { namer_ = std::move(namer); }

    void started(const RunPlan &plan) override;
    void progress(const RunPlan &plan, const RunProgress &progress) override;
    void finished(const RunRecord &record, const std::vector<TestMessage> &tests) override;

    /// Takes the status line away, so that other output starts at the margin.
    void clear();

    [[nodiscard]] const std::vector<RunRecord> &records() const { return records_; }
    [[nodiscard]] const std::vector<TestMessage> &tests() const { return tests_; }

  private:
    void draw();
    [[nodiscard]] std::string name(const std::string &arm, const RunParams &params, int run) const;

    std::size_t total_;
    bool terminal_;
    std::function<void()> on_record_;
    Namer namer_;
    std::map<std::string, std::string> running_; ///< "arm run 3" -> what it does
    std::vector<std::string> arms_;              ///< in order of appearance
    std::vector<RunRecord> records_;
    std::vector<TestMessage> tests_;
};

/// Columns of the terminal behind a descriptor, 80 if it does not tell.
int terminal_width(int fd);

/// "hang (no page moved for 20 s in phase 'write')"
std::string describe_end(const RunRecord &record);

} // namespace netswap::cli
