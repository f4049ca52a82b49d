// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "matrix/matrix_record.h"
#include "report/report.h"

namespace netswap {

/// The matrix for the terminal: a row per scenario, survival of every arm with its 95 % Wilson
/// interval, elapsed of the complete arms to mainline's, and how runs stopped.
std::string render_matrix_table(const MatrixState &state, const TableStyle &style = {});

/// The matrix as one HTML page that needs nothing else: heat maps, times, how runs stopped.
std::string render_matrix_html(const MatrixState &state);

} // namespace netswap
