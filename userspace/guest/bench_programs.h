// SPDX-License-Identifier: GPL-2.0
// Loads of a bench that are programs: hackbench, and a build with a C compiler.
#pragma once

#include "guest/bench_sample.h"

#include <string>
#include <vector>

namespace netswap::guest {

/// A program that only the image of a bench has, and the package that it is of.
struct BenchProgram {
    const char *path;
    const char *package;
};

inline constexpr BenchProgram hackbench{"/bin/hackbench", "rt-tests"};
inline constexpr BenchProgram compiler{"/bin/tcc", "tcc"};

/// An error with what to do about it unless all of them can be run.
Result<void> check_programs(const std::vector<BenchProgram> &programs);

/// Runs argv to its end. Unlike run_to_end() it looks at no clock while it waits. The error has how
/// it ended and the last line it printed.
Result<void> run_program(const std::vector<std::string> &argv);

/// hackbench through pipes and UNIX sockets, and the compile.
Result<std::vector<NamedLoad>> program_loads();

} // namespace netswap::guest
