// SPDX-License-Identifier: GPL-2.0
#include "report/hostile.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lib/hostile.h"
#include "report/markup.h"
#include "report/number_text.h"
#include "report/page_sections.h"
#include "report/statistics.h"

namespace netswap {

namespace {

constexpr double mib = 1 << 20;

/// "drops 27101, queued 16779264, sockets 1"
std::string facts_text(const std::vector<const RunRecord *> &runs, const std::string &kind) {
    std::vector<std::string> parts;
    for (const auto *run : runs) {
        const auto *state = run->state_end ? &*run->state_end : nullptr;
        if (state == nullptr || !state->hostile.contains(kind))
            continue;
        parts.clear();
        for (const auto &[name, value] : state->hostile.at(kind))
            parts.push_back(fmt::format("{} {}", name, value));
    }
    return parts.empty() ? "-" : fmt::format("{}", fmt::join(parts, ", "));
}

class Row {
  public:
    Row(const ArmFigures &arm, std::string kind) : arm_(arm), kind_(std::move(kind)) {}

    [[nodiscard]] bool occurs() const {
        return std::any_of(arm_.runs.begin(), arm_.runs.end(), [&](const auto *run) {
            const auto kinds = parse_hostile(run->params.hostile);
            const auto kind = hostile_kind_from_string(kind_);
            return kinds && kind && asks_for(*kinds, *kind);
        });
    }

    [[nodiscard]] std::array<std::string, 6> cells() const {
        using Record = HostileRecord;
        return {fmt::format("{} {}", arm_.arm, kind_),
                median_of([](const Record &r) { return static_cast<double>(r.packets); }),
                median_of([](const Record &r) { return static_cast<double>(r.bytes) / mib; }),
                median_of([](const Record &r) { return static_cast<double>(r.connections); }),
                median_of([](const Record &r) { return static_cast<double>(r.lost); }),
                facts_text(arm_.runs, kind_)};
    }

  private:
    template <typename Get>
    std::string median_of(Get get) const {
        std::vector<double> values;
        for (const auto *run : arm_.runs)
            for (const auto &record : run->hostile)
                if (record.kind == kind_)
                    values.push_back(get(record));
        return compact(median(std::move(values)));
    }

    const ArmFigures &arm_;
    std::string kind_;
};

} // namespace

std::vector<std::array<std::string, 6>> hostile_rows(const std::vector<ArmFigures> &figures) {
    std::vector<std::array<std::string, 6>> rows;
    for (const auto &arm : figures)
        for (const auto kind : hostile_kinds)
            if (const Row row(arm, std::string(to_string(kind))); row.occurs())
                rows.push_back(row.cells());
    return rows;
}

std::string hostile_table(const std::vector<ArmFigures> &figures) {
    const auto rows = hostile_rows(figures);
    if (rows.empty())
        return "";
    std::array<std::size_t, 5> widths{};
    for (std::size_t i = 0; i < widths.size(); i++) {
        widths[i] = std::string_view(hostile_heads[i]).size();
        for (const auto &row : rows)
            widths[i] = std::max(widths[i], row[i].size());
    }
    // What the guest says is long: a line of its own.
    const auto line = [&](const auto &cells) {
        std::string text = fmt::format("  {:<{}}", cells[0], widths[0]);
        for (std::size_t i = 1; i < widths.size(); i++)
            text += fmt::format("  {:>{}}", cells[i], widths[i]);
        return text + "\n";
    };
    std::string text = "\nhostile: sent by the host during a run, medians\n" + line(hostile_heads);
    for (const auto &row : rows)
        text += line(row) + (row[5] == "-" ? "" : fmt::format("    guest: {}\n", row[5]));
    return text;
}

std::string hostile_section(const std::vector<ArmFigures> &figures) {
    const auto rows = hostile_rows(figures);
    if (rows.empty())
        return "";
    std::string html = "<section><h2>Hostile traffic</h2>\n<p class=\"note\">What the host sent "
                       "during a run, medians over the runs of an arm, and what the guest counted "
                       "at the end of the last run that got there.</p><div class=\"scroll\">"
                       "<table>\n<thead><tr>";
    for (const auto *name : hostile_heads)
        html += fmt::format("<th scope=\"col\">{}</th>", name);
    html += "</tr></thead>\n<tbody>\n";
    for (const auto &row : rows) {
        html += fmt::format("<tr><th scope=\"row\">{}</th>", escape_markup(row[0]));
        for (std::size_t i = 1; i < row.size(); i++)
            html += fmt::format("<td class=\"{}\">{}</td>", i < 5 ? "n" : "wide",
                                escape_markup(row[i]));
        html += "</tr>\n";
    }
    return html + "</tbody></table></div></section>\n";
}

} // namespace netswap
