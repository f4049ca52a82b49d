// SPDX-License-Identifier: GPL-2.0
#include "metrics/open_metrics.h"

#include <ostream>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace netswap::metrics {

namespace {

constexpr std::string_view total = "_total";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char byte : text)
        if (byte == '\n')
            out += "\\n";
        else if (byte == '"' || byte == '\\')
            (out += '\\') += byte;
        else
            out += byte;
    return out;
}

std::string labels_text(const prometheus::ClientMetric &metric) {
    std::string out;
    for (const auto &label : metric.label)
        out +=
            fmt::format("{}{}=\"{}\"", out.empty() ? "{" : ",", label.name, escaped(label.value));
    return out.empty() ? out : out + "}";
}

} // namespace

void OpenMetricsSerializer::Serialize(std::ostream &out,
                                      const std::vector<prometheus::MetricFamily> &families) const {
    for (const auto &family : families) {
        const bool counts = family.type == prometheus::MetricType::Counter;
        std::string_view name = family.name;
        if (counts && name.ends_with(total))
            name.remove_suffix(total.size());
        out << "# TYPE " << name << (counts ? " counter\n" : " gauge\n");
        out << "# HELP " << name << ' ' << escaped(family.help) << '\n';
        for (const auto &metric : family.metric)
            out << name << (counts ? total : "") << labels_text(metric) << ' '
                << fmt::format("{}", counts ? metric.counter.value : metric.gauge.value) << '\n';
    }
    out << "# EOF\n";
}

} // namespace netswap::metrics
