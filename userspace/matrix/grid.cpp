// SPDX-License-Identifier: GPL-2.0
#include "matrix/grid.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "lib/storm_setting.h"
#include "lib/text.h"

namespace netswap {

namespace {

/// The next combination, the last dimension turning fastest; false after the last one.
bool advance(std::vector<std::size_t> &turn, const std::vector<Dimension> &dimensions) {
    for (std::size_t i = dimensions.size(); i-- > 0;) {
        if (++turn[i] < dimensions[i].values.size())
            return true;
        turn[i] = 0;
    }
    return false;
}

} // namespace

std::string Cell::name() const {
    auto text = arm;
    for (std::size_t i = 0; i < names.size(); i++)
        text += fmt::format(", {} {}", names[i], values[i]);
    return text;
}

bool always_a_dimension(std::string_view option) {
    constexpr std::array<std::string_view, 5> names{"mem", "min-free", "conns", "nic", "hostile"};
    return std::find(names.begin(), names.end(), option) != names.end();
}

Result<std::vector<std::string>> split_values(std::string_view option, std::string_view text) {
    std::vector<std::string> values;
    for (const auto part : split(text, ',')) {
        const std::string value(trim(part));
        if (value.empty())
            return fail(fmt::format("--{} '{}' has an empty value", option, text), exit_bad_input);
        if (std::find(values.begin(), values.end(), value) != values.end())
            return fail(fmt::format("--{} names {} twice", option, value), exit_bad_input);
        values.push_back(value);
    }
    return values;
}

Status apply_value(StormArguments &arguments, std::string_view option, const std::string &value) {
    const auto *setting = find_storm_setting(option);
    if (!setting)
        return fail(fmt::format("a storm has no option --{}", option), exit_bad_input);
    if (value == "default" || value == "none") {
        setting->copy(StormArguments{}, arguments);
        return {};
    }
    auto text = value;
    if (option == "nic" && text == "virtio")
        text = "virtio-net";
    if (option == "hostile")
        std::replace(text.begin(), text.end(), '+', ',');
    if (auto ok = setting->set(arguments, text); !ok)
        return with_context(ok.error(), fmt::format("--{}", option));
    return {};
}

Result<std::vector<Cell>> make_cells(const StormArguments &base,
                                     const std::vector<Dimension> &dimensions,
                                     const std::function<int(const std::string &)> &patience) {
    const auto arms = parse_arms(base.arms);
    if (!arms)
        return with_context(arms.error(), "--arms");
    for (const auto &dimension : dimensions)
        if (dimension.values.empty())
            return fail(fmt::format("--{} has no value", dimension.name), exit_bad_input);

    std::vector<Cell> cells;
    std::vector<std::size_t> turn(dimensions.size(), 0);
    do {
        Cell cell;
        auto arguments = base;
        for (std::size_t i = 0; i < dimensions.size(); i++) {
            cell.names.push_back(dimensions[i].name);
            cell.values.push_back(dimensions[i].values[turn[i]]);
            if (auto ok = apply_value(arguments, dimensions[i].name, cell.values[i]); !ok)
                return tl::unexpected(ok.error());
        }
        arguments.patience = patience(arguments.kernel);
        for (const auto &arm : *arms) {
            cell.arm = arm.name;
            arguments.arms = arm.name;
            auto plan = plan_storm(arguments);
            if (!plan)
                return with_context(plan.error(), fmt::format("cell {}", cell.name()));
            cell.plan = std::move(*plan);
            cells.push_back(cell);
        }
    } while (advance(turn, dimensions));
    return cells;
}

} // namespace netswap
