// SPDX-License-Identifier: GPL-2.0
// The settings of an area by name: flags of `netswap up` and keys of the configuration are one
// list.
#pragma once

#include <span>
#include <string_view>

#include "lib/result.h"
#include "live/area.h"

namespace netswap::live {

struct Setting {
    std::string_view name;  ///< "dead-conn-timeout"
    std::string_view value; ///< what to write in help, "SECONDS|never"; empty for a switch
    std::string_view help;
};

/// All settings but name and uri, in the order for help texts.
std::span<const Setting> area_settings();

/// Sets one of them, or uri, from text. Bad input names the setting and what it may be.
Status set_area(AreaSpec &area, std::string_view name, std::string_view value);

/// Whether `name` can name an area: [a-z0-9_-]{1,31}.
bool is_area_name(std::string_view name);

/// What depends on more than one setting: URI there and readable, connections on a UNIX socket...
/// Fills in what was left to netswap (timeout_s).
Status complete_area(AreaSpec &area);

} // namespace netswap::live
