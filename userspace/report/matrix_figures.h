// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "matrix/matrix_record.h"
#include "report/figures.h"

/// The figures of a matrix, as its table and its page show them.
namespace netswap {

/// Everything but the arm.
struct MatrixScenario {
    std::vector<std::string> values; ///< of each dimension
    std::vector<RunRecord> runs;
    std::vector<ArmFigures> arms; ///< that have runs; they point into `runs`

    /// Nothing for an arm without runs.
    [[nodiscard]] const ArmFigures *of(const std::string &arm) const;
};

/// Runs that stopped alike: same verdict, same circle of waiting.
struct StopKind {
    const RunRecord *example = nullptr;
    std::string cell;                ///< of the example
    std::map<std::string, int> arms; ///< arm -> runs
};

struct MatrixFigures {
    MatrixSession session;                 ///< of all sessions together
    std::vector<MatrixScenario> scenarios; ///< that were asked for
    std::vector<std::size_t> varied;       ///< dimensions of several values
    std::vector<std::string> complete;     ///< arms that must survive, besides mainline
    std::vector<StopKind> stops;           ///< the most frequent first
    int made = 0;
    int asked = 0; ///< runs

    /// The scenario of these values, or nothing.
    [[nodiscard]] const MatrixScenario *scenario(const std::vector<std::string> &values) const;
    /// "mem 128M, nic e1000": values of these dimensions; "" for none.
    [[nodiscard]] std::string name_of(const MatrixScenario &scenario,
                                      const std::vector<std::size_t> &dimensions) const;
    /// Dimensions of one value, "conns 1, nic virtio-net"; "" for none.
    [[nodiscard]] std::string fixed_text() const;
};

MatrixFigures matrix_figures(const MatrixState &state);

/// The command that makes or continues this matrix.
std::string matrix_command(const MatrixSession &session);

} // namespace netswap
