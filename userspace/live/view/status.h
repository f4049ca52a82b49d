// SPDX-License-Identifier: GPL-2.0
// A snapshot as `netswap status` prints it.
#pragma once

#include <string>

#include "live/view/rates.h"

namespace netswap::live {

/// For people: a block for each area, one for the machine, and the problems.
std::string status_text(const Snapshot &snapshot, const Rates &rates);

/// For programs: docs/status-json.md.
std::string status_json(const Snapshot &snapshot, const Rates &rates);

/// "watching", "not running", "stuck": the daemon in a word; "none" where there can be none.
std::string keeper_word(const AreaView &area);

/// "4 of 4 up"; "4 wanted" while nobody counts them.
std::string conns_text(const AreaView &area);

/// "gfp gfp_memalloc, slab mainline, ..."
std::string answerers_text(const ProtectionView &protection);

} // namespace netswap::live
