// SPDX-License-Identifier: GPL-2.0
#include "report/figures.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/timeline.h"

namespace netswap {

namespace {

constexpr const char *marked_counter = "sock_memalloc.skb_marked";
constexpr std::int64_t kb_per_page = 4;

/// Median of a figure over the runs that know it.
template <typename Get>
std::optional<double> median_of(const std::vector<const RunRecord *> &runs, Get &&get) {
    std::vector<double> values;
    for (const auto *run : runs)
        if (const auto value = get(*run))
            values.push_back(static_cast<double>(*value));
    return median(std::move(values));
}

std::optional<std::uint64_t> marked_packets(const RunRecord &run) {
    const auto it = run.counters.netswap.find(marked_counter);
    return it == run.counters.netswap.end() ? std::nullopt : std::optional(it->second);
}

/// The min watermark at rest: the kernel lifts it for a while when it fights fragmentation, and
/// that boost is no part of the reserve.
std::optional<std::int64_t> watermark_of(const RunRecord &run) {
    if (!run.samples.empty())
        return watermarks_at_rest(run.samples).min;
    if (run.state && run.state->min_free_kbytes >= 0)
        return run.state->min_free_kbytes / kb_per_page;
    return std::nullopt;
}

std::optional<std::int64_t> lowest_free_of(const RunRecord &run) {
    auto lowest = run.counters.lowest_free_pages;
    for (const auto &sample : run.samples)
        lowest = lowest ? std::min(*lowest, sample.free) : sample.free;
    return lowest;
}

void fill(ArmFigures &figures) {
    const auto &runs = figures.runs;
    for (const auto *run : runs) {
        if (run->verdict != Verdict::pass) {
            figures.failures[std::string(to_string(run->verdict))]++;
        } else {
            figures.survived++;
            if (run->elapsed_s)
                figures.elapsed.push_back(*run->elapsed_s);
        }
        if (const auto lowest = lowest_free_of(*run);
            lowest && (!figures.lowest_free || *lowest < *figures.lowest_free)) {
            figures.lowest_free = lowest;
            figures.min_watermark = watermark_of(*run);
        }
    }
    figures.survival95 = wilson95(figures.survived, figures.total());
    figures.elapsed_median = median(figures.elapsed);
    if (!figures.elapsed.empty()) {
        const auto [low, high] =
            std::minmax_element(figures.elapsed.begin(), figures.elapsed.end());
        figures.elapsed_spread = Interval{*low, *high};
    }
    figures.pages_out = median_of(runs, [](const auto &run) { return run.counters.pswpout; });
    figures.pages_in = median_of(runs, [](const auto &run) { return run.counters.pswpin; });
    figures.throttled = median_of(runs, [](const auto &run) { return run.counters.throttled; });
    figures.dropped =
        median_of(runs, [](const auto &run) { return run.counters.pfmemalloc_drops; });
    figures.marked = median_of(runs, marked_packets);
    figures.recovery = recovery_figures(runs);
}

} // namespace

std::vector<ArmFigures> arm_figures(const std::vector<RunRecord> &runs) {
    std::vector<ArmFigures> arms;
    for (const auto &run : runs) {
        auto arm = std::find_if(arms.begin(), arms.end(),
                                [&](const ArmFigures &known) { return known.arm == run.arm; });
        if (arm == arms.end()) {
            arms.emplace_back().arm = run.arm;
            arm = arms.end() - 1;
        }
        arm->runs.push_back(&run);
    }
    for (auto &arm : arms)
        fill(arm);

    const auto mainline = std::find_if(arms.begin(), arms.end(),
                                       [](const auto &arm) { return arm.arm == "mainline"; });
    if (mainline != arms.end())
        for (auto &arm : arms)
            if (&arm != &*mainline)
                arm.to_mainline = ratio_of_medians(arm.elapsed, mainline->elapsed);
    return arms;
}

std::string failure_text(const std::map<std::string, int> &failures) {
    std::vector<std::pair<std::string, int>> sorted(failures.begin(), failures.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto &a, const auto &b) { return a.second > b.second; });
    std::string text;
    for (const auto &[verdict, runs] : sorted)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", verdict, runs);
    return text;
}

std::string cycle_shape(const RunRecord &run) {
    std::string shape;
    if (run.hang)
        for (const auto &line : run.hang->cycle)
            shape += line + "\n";
    std::erase_if(shape, [](char c) { return c >= '0' && c <= '9'; });
    return shape;
}

std::string headline(const std::vector<ArmFigures> &figures) {
    if (figures.empty())
        return "no run in this campaign";
    constexpr std::size_t most_named = 5;
    if (figures.size() > most_named) {
        const auto all = std::count_if(figures.begin(), figures.end(),
                                       [](const auto &a) { return a.survived == a.total(); });
        const auto none = std::count_if(figures.begin(), figures.end(),
                                        [](const auto &a) { return a.survived == 0; });
        return fmt::format("{} arms: {} survived every run, {} some, {} none", figures.size(), all,
                           static_cast<std::ptrdiff_t>(figures.size()) - all - none, none);
    }
    auto sorted = figures;
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) {
        return a.survived * b.total() > b.survived * a.total();
    });
    std::string text;
    for (const auto &arm : sorted)
        text += fmt::format("{}{} {}{} of {}", text.empty() ? "" : ", ", arm.arm,
                            text.empty() ? "survived " : "", arm.survived, arm.total());
    return text;
}

} // namespace netswap
