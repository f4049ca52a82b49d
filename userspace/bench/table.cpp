// SPDX-License-Identifier: GPL-2.0
#include "bench/table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/operations.h"
#include "report/terminal_text.h"

namespace netswap::bench {

namespace {

struct Cell {
    std::string text;
    Paint paint = Paint::plain;
};

/// Whole numbers without decimals, others with as many as a share of a batch needs.
std::string number(double value) {
    if (std::abs(value - std::round(value)) < 0.005)
        return fmt::format("{:.0f}", value);
    return fmt::format("{:.2f}", value);
}

std::string with_sign(double value) {
    if (std::abs(value) < 0.005)
        return "0";
    return (value > 0 ? "+" : "-") + number(std::abs(value));
}

constexpr double thousand = 1000;

/// Of an arm that is not the baseline.
std::string compared(const Difference &found, Section section) {
    if (section == Section::programs)
        return fmt::format("{} ({:.4f})", with_sign(found.added / thousand), found.ratio);
    return fmt::format("{} ({:+.2f} %)", with_sign(found.added),
                       std::abs(found.added_percent) < 0.005 ? 0.0 : found.added_percent);
}

Cell cell_of(const BenchRecord &record, std::size_t arm, const Operation &operation) {
    const auto found = difference(record, arm, std::string(operation.name));
    if (!found)
        return {"-", Paint::dim};
    const bool programs = operation.section == Section::programs;
    if (arm == record.baseline)
        return {programs ? fmt::format("{:.1f}", found->instructions / thousand)
                         : number(found->instructions),
                Paint::plain};
    return {compared(*found, operation.section),
            found->added >= 0.005 ? Paint::middling : Paint::plain};
}

using Row = std::vector<Cell>;

std::string aligned(const std::vector<Row> &rows, bool colour) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto &row : rows)
        for (std::size_t column = 0; column < row.size(); column++)
            widths[column] = std::max(widths[column], row[column].text.size());
    std::string text;
    for (const auto &row : rows) {
        for (std::size_t column = 0; column < row.size(); column++) {
            const auto &[word, paint] = row[column];
            const std::string gap(widths[column] - word.size(), ' ');
            text += column == 0 ? word + gap : "   " + gap + painted(word, paint, colour);
        }
        text += '\n';
    }
    return text;
}

/// One section; the baseline stands beside the names, so that the others stand beside it.
std::string table_of(const BenchRecord &record, const std::vector<std::size_t> &order,
                     Section section, bool colour) {
    std::vector<Row> rows{{{"operation"}}};
    for (const auto arm : order)
        rows.front().push_back({record.arms[arm].arm.name});
    for (const auto &operation : operations()) {
        if (operation.section != section)
            continue;
        rows.push_back({{std::string(operation.name)}});
        for (const auto arm : order)
            rows.back().push_back(cell_of(record, arm, operation));
    }
    return aligned(rows, colour);
}

} // namespace

std::string render_bench_table(const BenchRecord &record, bool colour) {
    std::vector<std::size_t> order{record.baseline};
    for (std::size_t arm = 0; arm < record.arms.size(); arm++)
        if (arm != record.baseline)
            order.push_back(arm);

    const auto &baseline = record.arms[record.baseline].arm.name;
    auto text = fmt::format("instructions of one operation on {} (median), and what is added\n\n",
                            baseline);
    text += table_of(record, order, Section::kernel, colour);
    std::string ratios;
    for (const auto arm : order)
        if (const auto ratio = stream_throughput(record, arm); ratio && arm != record.baseline)
            ratios += fmt::format("{} {} {:.4f}", ratios.empty() ? ":" : ",",
                                  record.arms[arm].arm.name, *ratio);
    if (!ratios.empty())
        text += "\nTCP stream, throughput as a ratio" + ratios + "\n";
    text += fmt::format("\nwhat programs do, in thousands of instructions on {} (median), what is "
                        "added, the ratio\n\n",
                        baseline);
    return text + table_of(record, order, Section::programs, colour);
}

} // namespace netswap::bench
