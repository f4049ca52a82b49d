// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "lib/fingerprint.h"
#include "lib/record.h"
#include "lib/result.h"
#include "matrix/grid.h"

/// The lines of matrix.jsonl; docs/matrix-json.md lists their keys.
namespace netswap {

/// How a matrix was begun or continued.
struct MatrixSession {
    HostInfo host;
    std::uint64_t seed = 1;
    int runs = 1;
    std::vector<std::string> arms;
    std::vector<Dimension> dimensions;
    std::map<std::string, std::vector<std::string>> options; ///< that are no dimension, as given
    std::map<std::string, std::string> artefacts;            ///< "6.12 kernel" -> fingerprint

    bool operator==(const MatrixSession &) const = default;
};

/// A finished run. Its record has no samples; they are in the log directory.
struct MatrixRun {
    std::map<std::string, std::string> cell; ///< dimension -> value, as written
    RunRecord record;

    bool operator==(const MatrixRun &) const = default;
};

struct MatrixState {
    std::vector<MatrixSession> sessions;
    std::vector<MatrixRun> runs;

    /// The cell has had its run of this index.
    [[nodiscard]] bool has(const Cell &cell, int run) const;
    /// Of all sessions: arms and values in order of appearance, most runs, newest host and options.
    [[nodiscard]] MatrixSession whole() const;
};

void to_json(nlohmann::json &json, const MatrixSession &session);
void from_json(const nlohmann::json &json, MatrixSession &session);
void to_json(nlohmann::json &json, const MatrixRun &run);
void from_json(const nlohmann::json &json, MatrixRun &run);

/// Bad input: a line that is neither; `file` is named.
Result<MatrixState> matrix_state(const std::vector<nlohmann::json> &lines, const std::string &file);

/// Bad input: runs of `now` must not stand in one table with those of `earlier`, and why.
Status same_experiment(const MatrixSession &earlier, const MatrixSession &now);

/// A short_hash() over what same_experiment() compares.
std::string session_key(const MatrixSession &session);

} // namespace netswap
