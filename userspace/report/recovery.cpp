// SPDX-License-Identifier: GPL-2.0
#include "report/figures.h"

#include <algorithm>

#include "lib/fault.h"

namespace netswap {

namespace {

std::optional<double> longest(const std::vector<double> &values) {
    const auto at = std::max_element(values.begin(), values.end());
    return at == values.end() ? std::nullopt : std::optional(*at);
}

} // namespace

std::vector<RecoverySummary> recovery_figures(const std::vector<const RunRecord *> &runs) {
    std::vector<RecoverySummary> list;
    for (const auto kind : all_fault_kinds()) {
        RecoverySummary summary;
        summary.kind = to_string(kind);
        std::vector<double> whole;
        std::vector<double> after_end;
        for (const auto *run : runs)
            for (const auto &fault : run->faults) {
                if (fault.kind != summary.kind)
                    continue;
                summary.made++;
                summary.healed += fault.recovery_s ? 1 : 0;
                if (fault.recovery_s)
                    whole.push_back(*fault.recovery_s);
                if (fault.after_end_s)
                    after_end.push_back(*fault.after_end_s);
            }
        if (summary.made == 0)
            continue;
        summary.worst_s = longest(whole);
        summary.median_s = median(std::move(whole));
        summary.after_end_worst_s = longest(after_end);
        summary.after_end_median_s = median(std::move(after_end));
        list.push_back(std::move(summary));
    }
    return list;
}

} // namespace netswap
