// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "lib/result.h"
#include "model/rules.h"

namespace netswap::model {

/// What the model finds for each arm and ablation (alone, with others' packets, with packets lost),
/// as a table for a Markdown page. Fails when a world has more states than `limit`.
Result<std::string> table(const Sizes &sizes, std::size_t limit);

/// The shortest way of one arm into its deadlock, in words, and who waits for whom there.
Result<std::string> trace(const Arm &arm, const Sizes &sizes, std::size_t limit);

/// An arm or ablation by its name; the error lists them.
Result<Arm> arm_named(std::string_view name);

} // namespace netswap::model
