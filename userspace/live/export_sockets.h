// SPDX-License-Identifier: GPL-2.0
// The first connections of an area: to an export that can be swap.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "live/machine.h"

namespace netswap::live {

/// As many as the area asks for. The address that answers becomes the first of `state`, for the
/// keeper too.
Result<std::vector<NegotiatedSocket>> connect_export(Negotiator &negotiator, const AreaSpec &area,
                                                     AreaState &state);

/// "36 KiB", "64.0 MiB"
std::string capacity_text(std::uint64_t bytes);

} // namespace netswap::live
