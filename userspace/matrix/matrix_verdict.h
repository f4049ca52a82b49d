// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "matrix/matrix_record.h"

namespace netswap {

/// As campaign_exit_code(), but bare has to hang somewhere in the matrix only: that it survives
/// where memory is plenty is a result.
int matrix_exit_code(const MatrixState &state);

} // namespace netswap
