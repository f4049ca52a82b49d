// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "model/explorer.h"

namespace netswap::model {

/// A step in plain words: "kswapd takes nbd's transmit lock".
std::string in_words(const Step &step);

/// The trace, one line for each step with the free pages after it.
std::vector<std::string> tell(const Findings &findings);

/// Who waits for whom at the end of the trace, in the words of the lab's report of a hang.
std::vector<std::string> who_waits(const World &world, const Findings &findings);

/// "pass"; or in how many steps the end is reached: "stuck after 24 steps" if nobody can do
/// anything there, "lost after 24 steps" if something moves that never completes a write.
std::string verdict(const Findings &findings);

} // namespace netswap::model
