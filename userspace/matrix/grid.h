// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/arm.h"
#include "lib/record.h"
#include "lib/result.h"
#include "lib/storm_options.h"

namespace netswap {

/// An option of `netswap storm` that takes several values in a matrix.
struct Dimension {
    std::string name; ///< of the option, without dashes
    std::vector<std::string> values;

    bool operator==(const Dimension &) const = default;
};

/// An arm in a scenario. Cells are told apart by arm and values, as they were written.
struct Cell {
    std::string arm;
    std::vector<std::string> values; ///< of each dimension, in order
    StormPlan plan;                  ///< of this one arm

    [[nodiscard]] std::string name() const; ///< "mainline, mem 128M, min-free 300K"
    std::vector<std::string> names;         ///< of the dimensions
};

/// Dimensions that every matrix has, also with one value only, so that it can grow by more.
bool always_a_dimension(std::string_view option);

/// Values of an option with commas; "" gives none. Bad input: an empty or repeated one.
Result<std::vector<std::string>> split_values(std::string_view option, std::string_view text);

/// Gives the option this value. "default" and "none" leave it alone; "virtio" is virtio-net; parts
/// of a list are joined with "+" where the option takes commas.
Status apply_value(StormArguments &arguments, std::string_view option, const std::string &value);

/// Every combination; the arms of a scenario follow each other. `patience`: of a kernel, see
/// Checkers. Bad input: a value that the storm refuses, with the cell it is in.
Result<std::vector<Cell>> make_cells(const StormArguments &base,
                                     const std::vector<Dimension> &dimensions,
                                     const std::function<int(const std::string &)> &patience);

} // namespace netswap
