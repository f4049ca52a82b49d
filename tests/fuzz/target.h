// SPDX-License-Identifier: GPL-2.0
// What is fuzzed: everything that reads bytes which somebody else wrote. libFuzzer makes inputs for
// a target (`make fuzz`); the host's unit tests replay its corpus and what little they change in
// it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace netswap::fuzz {

struct Target {
    std::string_view name; ///< also of the directory below corpus/
    /// Takes any bytes. It throws Broken if a reader does not keep what it promises.
    void (*run)(std::string_view input);
};

const std::vector<Target> &targets();

class Broken : public std::logic_error {
    using std::logic_error::logic_error;
};

inline void require(bool holds, const std::string &what) {
    if (!holds)
        throw Broken(what);
}

/// An error is one line for people, and has an exit code that says so.
void require_clear(const Error &error);

/// A value, or a clear error. Returns whether it is a value.
template <typename T>
bool clear(const Result<T> &result) {
    if (!result)
        require_clear(result.error());
    return result.has_value();
}

/// Takes the first line off `rest`.
std::string_view take_line(std::string_view &rest);

} // namespace netswap::fuzz
