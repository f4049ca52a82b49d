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

Cell cell_of(const BenchRecord &record, std::size_t arm, const std::string &operation) {
    const auto found = difference(record, arm, operation);
    if (!found)
        return {"-", Paint::dim};
    if (arm == record.baseline)
        return {number(found->instructions), Paint::plain};
    const auto &[instructions, added, percent] = *found;
    return {fmt::format("{} {} ({:+.2f} %)", number(instructions), with_sign(added),
                        std::abs(percent) < 0.005 ? 0.0 : percent),
            added >= 0.005 ? Paint::middling : Paint::plain};
}

} // namespace

std::string render_bench_table(const BenchRecord &record, bool colour) {
    // The baseline stands beside the names, so that the others stand beside it.
    std::vector<std::size_t> order{record.baseline};
    for (std::size_t arm = 0; arm < record.arms.size(); arm++)
        if (arm != record.baseline)
            order.push_back(arm);

    std::vector<std::vector<Cell>> rows;
    rows.push_back({{"operation"}});
    for (const auto arm : order)
        rows.front().push_back({record.arms[arm].arm.name});
    for (const auto &operation : operations()) {
        rows.push_back({{std::string(operation.name)}});
        for (const auto arm : order)
            rows.back().push_back(cell_of(record, arm, std::string(operation.name)));
    }

    std::vector<std::size_t> widths(order.size() + 1);
    for (const auto &row : rows)
        for (std::size_t column = 0; column < row.size(); column++)
            widths[column] = std::max(widths[column], row[column].text.size());
    std::string text = "instructions of one operation (median), and what it is more than on " +
                       record.arms[record.baseline].arm.name + "\n\n";
    for (const auto &row : rows) {
        for (std::size_t column = 0; column < row.size(); column++) {
            const auto &[word, paint] = row[column];
            const std::string gap(widths[column] - word.size(), ' ');
            text += column == 0 ? word + gap : "   " + gap + painted(word, paint, colour);
        }
        text += '\n';
    }
    std::string ratios;
    for (const auto arm : order)
        if (const auto ratio = stream_throughput(record, arm); ratio && arm != record.baseline)
            ratios += fmt::format("{} {} {:.4f}", ratios.empty() ? ":" : ",",
                                  record.arms[arm].arm.name, *ratio);
    if (!ratios.empty())
        text += "\nTCP stream over lo, throughput as a ratio" + ratios + "\n";
    return text;
}

} // namespace netswap::bench
