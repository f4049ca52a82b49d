// SPDX-License-Identifier: GPL-2.0
// What the guest does for `netswap storm --hostile`: sockets nobody reads, dead ends, queues.
#pragma once

#include "guest/process.h"

#include <string>
#include <vector>

namespace netswap::guest {

bool asks_for(const std::vector<std::string> &names, std::string_view name);

/// What must be there before anything connects: the MTU of the card.
Result<void> prepare_hostile_card(const std::vector<std::string> &names);

/// Makes everything else that the names ask for, and starts the process that holds the sockets,
/// an ordinary one that nothing spares. It accepts connections and never reads. An unknown name is
/// an error.
Result<Child> start_hostile_holder(const std::vector<std::string> &names);

} // namespace netswap::guest
