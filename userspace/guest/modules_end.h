// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "guest/base.h"

#include <string>
#include <vector>

namespace netswap::guest {

/// Takes the modules out, the last one first, and fails unless nothing is left of them: no page
/// below the watermarks, no question that is still theirs. `modules` as they were loaded.
Result<void> end_modules(const std::vector<std::string> &modules);

} // namespace netswap::guest
