// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/record.h"
#include "report/statistics.h"

/// The figures of one arm, as the table and the page show them. Both renderers only format these.
namespace netswap {

struct ArmFigures {
    std::string arm;
    std::vector<const RunRecord *> runs; ///< of this arm, in order; they belong to the campaign
    int survived = 0;
    Interval survival95;
    std::vector<double> elapsed; ///< of the survivors, seconds, in order of runs
    std::optional<double> elapsed_median;
    std::optional<Interval> elapsed_spread;    ///< shortest and longest survivor
    std::optional<Ratio> to_mainline;          ///< elapsed, survivors; absent for mainline itself
    std::optional<double> pages_out, pages_in; ///< medians over all runs that know them
    std::optional<double> throttled, marked, dropped; ///< likewise
    std::optional<std::int64_t> lowest_free;          ///< pages, least of all runs
    std::optional<std::int64_t> min_watermark; ///< pages at rest, of the run with the lowest free
    std::map<std::string, int> failures;       ///< verdict -> runs, without pass
    std::vector<RecoverySummary> recovery;     ///< by kind of fault, in order of kinds

    [[nodiscard]] int total() const { return static_cast<int>(runs.size()); }
};

/// In the order in which arms first appear. The result points into `runs`.
std::vector<ArmFigures> arm_figures(const std::vector<RunRecord> &runs);

/// How these runs got over their faults, a record a kind that occurs.
std::vector<RecoverySummary> recovery_figures(const std::vector<const RunRecord *> &runs);

/// "hang 8, crash 1", the most frequent first; "" for none.
std::string failure_text(const std::map<std::string, int> &failures);

/// The lines of a run's cycle without their numbers (pids, CPUs): equal for hangs of the same
/// kind. "" without a cycle.
std::string cycle_shape(const RunRecord &run);

/// "netswap survived 10 of 10, mainline 8 of 10, bare 0 of 10": arms by survival. More arms than
/// fit a headline are counted: "12 arms: 3 survived every run, 4 some, 5 none".
std::string headline(const std::vector<ArmFigures> &figures);

/// What all runs have in common, as a line: "128 MiB, 2 CPUs, virtio-net, ...". What differs
/// between runs is listed with its values ("min_free 300 kB / 64 kB").
std::string parameter_line(const CampaignResult &campaign);

/// "name=value name=value", empty if the run sets none.
std::string sysctls_text(const RunParams &params);

/// The command that makes this campaign again.
std::string reproduce_command(const CampaignResult &campaign);

/// Distinct values in order of appearance, joined with " / ".
template <typename T, typename Get>
std::string distinct(const std::vector<T> &items, Get &&get) {
    std::vector<std::string> seen;
    for (const auto &item : items) {
        std::string value = get(item);
        bool known = false;
        for (const auto &other : seen)
            known = known || other == value;
        if (!known)
            seen.push_back(std::move(value));
    }
    std::string line;
    for (const auto &value : seen)
        line += (line.empty() ? "" : " / ") + value;
    return line;
}

} // namespace netswap
