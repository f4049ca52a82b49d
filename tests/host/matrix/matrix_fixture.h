// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "matrix/matrix_record.h"

namespace netswap::test {

/// bare, mainline and netswap, 128M and 256M, min-free default and 300K, 4 runs: bare hung
/// everywhere, mainline half of the time at 300K, netswap nowhere.
MatrixState make_matrix();

/// A session as the one of make_matrix().
MatrixSession make_session();

} // namespace netswap::test
