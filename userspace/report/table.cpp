// SPDX-License-Identifier: GPL-2.0
#include "report/figures.h"
#include "report/hostile.h"
#include "report/number_text.h"
#include "report/report.h"
#include "report/terminal_text.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

namespace netswap {

namespace {

struct Column {
    const char *head;
    const char *unit; ///< second line of the head
    bool left;        ///< text goes left, numbers right
};

constexpr std::array<Column, 10> columns{{
    {"arm", "", true},
    {"survived", "k/n [95 %]", true},
    {"elapsed", "s, median (range)", true},
    {"to mainline", "ratio [95 %]", true},
    {"out", "pages", false},
    {"in", "pages", false},
    {"thrott-", "led", false},
    {"marked", "skbs", false},
    {"drop-", "ped", false},
    {"lowest", "/min", false},
}};

using Row = std::array<std::string, columns.size()>;

/// "12/326": free pages at the worst moment of any run, by the min watermark of that run.
std::string lowest_text(const ArmFigures &arm) {
    if (!arm.lowest_free)
        return "-";
    const auto low = compact(static_cast<double>(*arm.lowest_free));
    return arm.min_watermark ? low + "/" + compact(static_cast<double>(*arm.min_watermark)) : low;
}

Row row_of(const ArmFigures &arm) {
    return {arm.arm,
            fmt::format("{}/{} [{}]", arm.survived, arm.total(), percent_range(arm.survival95)),
            elapsed_text(arm.elapsed_median, arm.elapsed_spread),
            ratio_text(arm.to_mainline),
            compact(arm.pages_out),
            compact(arm.pages_in),
            compact(arm.throttled),
            compact(arm.marked),
            compact(arm.dropped),
            lowest_text(arm)};
}

class Grid {
  public:
    Grid(const std::vector<Row> &rows, int width) {
        for (std::size_t i = 0; i < columns.size(); i++)
            widths_[i] = std::max(std::string_view(columns[i].head).size(),
                                  std::string_view(columns[i].unit).size());
        for (const auto &row : rows)
            for (std::size_t i = 1; i < row.size(); i++)
                widths_[i] = std::max(widths_[i], row[i].size());
        std::size_t rest = 0;
        for (std::size_t i = 1; i < columns.size(); i++)
            rest += widths_[i];
        // Two blanks between columns if that fits, otherwise one; the arm gets what is left over.
        std::size_t longest = widths_[0];
        for (const auto &row : rows)
            longest = std::max(longest, row[0].size());
        const auto room = static_cast<std::size_t>(std::max(width, 0));
        const auto gaps = columns.size() - 1;
        if (rest + 2 * gaps + longest > room)
            gap_ = 1;
        const auto used = rest + gap_ * gaps;
        const auto left = room > used ? room - used : 0;
        widths_[0] = std::clamp(longest, widths_[0], std::max(left, widths_[0]));
    }

    [[nodiscard]] std::string line(const Row &row, Paint paint, bool colour) const {
        std::string text;
        // An arm's name that does not fit stands on a line of its own, above its figures.
        std::string first = row[0];
        if (first.size() > widths_[0]) {
            text += first + "\n";
            first.clear();
        }
        std::string body = fmt::format("{:<{}}", first, widths_[0]);
        for (std::size_t i = 1; i < row.size(); i++) {
            const auto cell = columns[i].left ? fmt::format("{:<{}}", row[i], widths_[i])
                                              : fmt::format("{:>{}}", row[i], widths_[i]);
            body += std::string(gap_, ' ') + painted(cell, i == 1 ? paint : Paint::plain, colour);
        }
        while (!body.empty() && body.back() == ' ')
            body.pop_back();
        return text + body + "\n";
    }

    [[nodiscard]] std::string rule() const {
        std::size_t total = gap_ * (columns.size() - 1);
        for (const auto width : widths_)
            total += width;
        return std::string(total, '-') + "\n";
    }

  private:
    std::array<std::size_t, columns.size()> widths_{};
    std::size_t gap_ = 2;
};

/// The run that tells most about an arm's failures: the first with a cycle, else the first.
const RunRecord *telling_failure(const ArmFigures &arm) {
    const RunRecord *first = nullptr;
    for (const auto *run : arm.runs) {
        if (run->verdict == Verdict::pass)
            continue;
        if (!cycle_shape(*run).empty())
            return run;
        first = first ? first : run;
    }
    return first;
}

/// Which runs did not survive, and how one of each arm stood still.
std::string failures(const std::vector<ArmFigures> &figures, const TableStyle &style) {
    const auto indented = [&](std::string text) {
        return "    " + wrapped(printable(std::move(text)), style.width - 4, "      ");
    };
    std::string text;
    std::map<std::string, const RunRecord *> told; // by shape of the cycle
    for (const auto &arm : figures) {
        const auto *run = telling_failure(arm);
        if (!run)
            continue;
        text += "  " + wrapped(fmt::format("{}: {}", arm.arm, failure_text(arm.failures)),
                               style.width - 2, "    ");
        const auto shape = cycle_shape(*run);
        if (shape.empty()) {
            if (!run->message.empty())
                text += indented(run->message);
        } else if (const auto [earlier, first] = told.emplace(shape, run); !first) {
            text += indented(
                fmt::format("the same as {} run {}", earlier->second->arm, earlier->second->run));
        } else {
            for (const auto &line : run->hang->cycle)
                text += indented(line);
        }
        if (!run->log.empty())
            text += fmt::format("    run {}, log: {}\n", run->run, printable(run->log));
    }
    return text.empty() ? text : "\nnot survived\n" + text;
}

/// How long it took until pages moved again, for each arm and kind of fault.
std::string recoveries(const std::vector<ArmFigures> &figures) {
    std::vector<std::array<std::string, 4>> rows{{"faults", "healed", "from begin", "from end"}};
    const auto seconds = [](std::optional<double> median, std::optional<double> worst) {
        return median && worst ? fmt::format("{:.1f} ({:.1f})", *median, *worst) : std::string("-");
    };
    for (const auto &arm : figures)
        for (const auto &r : arm.recovery)
            rows.push_back({fmt::format("{} {}", arm.arm, r.kind),
                            fmt::format("{}/{}", r.healed, r.made), seconds(r.median_s, r.worst_s),
                            seconds(r.after_end_median_s, r.after_end_worst_s)});
    if (rows.size() == 1)
        return "";
    std::array<std::size_t, 4> widths{};
    for (const auto &row : rows)
        for (std::size_t i = 0; i < row.size(); i++)
            widths[i] = std::max(widths[i], row[i].size());
    std::string text = "\nrecovery: seconds until pages moved again, median (worst)\n";
    for (const auto &row : rows) {
        std::string line = " ";
        for (std::size_t i = 0; i < row.size(); i++)
            line += fmt::format(" {:<{}} ", row[i], widths[i]);
        text += std::string(line, 0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

} // namespace

std::string render_table(const CampaignResult &campaign, const TableStyle &style) {
    const auto figures = arm_figures(campaign.runs);
    const auto controls = build_controls(campaign.runs);
    const Paint tone = !controls.bare_hung   ? Paint::middling
                       : *controls.bare_hung ? Paint::good
                                             : Paint::bad;
    std::string text = painted(controls.line, tone, style.colour) + "\n";
    if (figures.empty())
        return text + "no run in this campaign\n";
    text += wrapped(parameter_line(campaign), style.width, "  ") + "\n";

    std::vector<Row> rows;
    for (const auto &arm : figures)
        rows.push_back(row_of(arm));
    const Grid grid(rows, style.width);
    Row heads;
    Row units;
    for (std::size_t i = 0; i < columns.size(); i++) {
        heads[i] = columns[i].head;
        units[i] = columns[i].unit;
    }
    text += grid.line(heads, Paint::plain, false) + grid.line(units, Paint::plain, false);
    text += grid.rule();
    for (std::size_t i = 0; i < rows.size(); i++)
        text += grid.line(rows[i], survival_paint(figures[i].survived, figures[i].total()),
                          style.colour);
    text += recoveries(figures);
    text += hostile_table(figures);
    text += failures(figures, style);
    return text;
}

} // namespace netswap
