// SPDX-License-Identifier: GPL-2.0
#include "report/matrix_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/matrix_arms.h"
#include "report/matrix_figures.h"
#include "report/number_text.h"
#include "report/terminal_text.h"

namespace netswap {

namespace {

struct TableCell {
    std::string text;
    Paint paint = Paint::plain;
};

using Rows = std::vector<std::vector<TableCell>>;

std::string aligned(const Rows &rows, bool colour) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const auto &row : rows)
        for (std::size_t i = 0; i < row.size(); i++)
            widths[i] = std::max(widths[i], row[i].text.size());
    std::string text;
    for (const auto &row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); i++) {
            const bool last = i + 1 == row.size();
            line += painted(row[i].text, row[i].paint, colour);
            if (!last)
                line += std::string(widths[i] - row[i].text.size() + 2, ' ');
        }
        text += line + "\n";
        if (&row == &rows.front()) {
            std::size_t total = 2 * (widths.size() - 1);
            for (const auto width : widths)
                total += width;
            text += std::string(total, '-') + "\n";
        }
    }
    return text;
}

Rows rows_of(const MatrixFigures &figures) {
    const auto &session = figures.session;
    std::vector<TableCell> head;
    for (const auto i : figures.varied)
        head.push_back({session.dimensions[i].name});
    for (const auto &arm : session.arms)
        head.push_back({arm});
    for (const auto &arm : figures.complete)
        head.push_back({arm + ":mainline"});
    Rows rows{head};
    for (const auto &scenario : figures.scenarios) {
        auto &row = rows.emplace_back();
        for (const auto i : figures.varied)
            row.push_back({scenario.values[i]});
        for (const auto &name : session.arms) {
            const auto *arm = scenario.of(name);
            if (!arm) {
                row.push_back({"-"});
                continue;
            }
            row.push_back({fmt::format("{}/{} [{}]", arm->survived, arm->total(),
                                       percent_range(arm->survival95)),
                           survival_paint(arm->survived, arm->total())});
        }
        for (const auto &name : figures.complete) {
            const auto *arm = scenario.of(name);
            row.push_back({arm ? ratio_text(arm->to_mainline) : "-"});
        }
    }
    return rows;
}

std::string totals_text(const MatrixFigures &figures, bool colour) {
    Rows rows{{{"all scenarios"},
               {"survived/runs [95 %]"},
               {"elapsed : mainline's"},
               {"receive's share at its lowest"}}};
    for (const auto &totals : arm_totals(figures))
        rows.push_back({{totals.arm},
                        {fmt::format("{}/{} [{}]", totals.survived, totals.total,
                                     percent_range(totals.survival95)),
                         survival_paint(totals.survived, totals.total)},
                        {totals.to_mainline ? fmt::format("{:.2f}", *totals.to_mainline) : "-"},
                        {lowest_share_text(totals)}});
    return "\n" + aligned(rows, colour);
}

std::string stops_text(const MatrixFigures &figures, int width) {
    std::string text;
    const auto indented = [&](const std::string &line) {
        text += "    " + wrapped(printable(line), width - 4, "      ");
    };
    for (const auto &kind : figures.stops) {
        const auto &run = *kind.example;
        text +=
            "  " + wrapped(fmt::format("{}: {}", to_string(run.verdict), failure_text(kind.arms)),
                           width - 2, "    ");
        if (!cycle_shape(run).empty())
            for (const auto &line : run.hang->cycle)
                indented(line);
        else if (!run.message.empty())
            indented(run.message);
        text += fmt::format("    first: {}, run {}, log: {}\n", printable(kind.cell), run.run,
                            printable(run.log));
    }
    return text.empty() ? text : "\nnot survived\n" + text;
}

} // namespace

std::string render_matrix_table(const MatrixState &state, const TableStyle &style) {
    const auto figures = matrix_figures(state);
    std::string text = fmt::format("{} of {} runs made\n", figures.made, figures.asked);
    if (const auto fixed = figures.fixed_text(); !fixed.empty())
        text += "  " + wrapped("everywhere: " + fixed, style.width - 2, "    ");
    if (figures.made == 0)
        return text;
    text += "  survived/runs [95 %]; elapsed of survivors as a ratio of medians [95 %]\n\n";
    return text + aligned(rows_of(figures), style.colour) + totals_text(figures, style.colour) +
           stops_text(figures, style.width);
}

} // namespace netswap
