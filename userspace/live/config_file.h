// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <string>

#include "lib/result.h"
#include "live/area.h"
#include "live/paths.h"

namespace netswap::live {

/// ETC/netswap.toml and the files ETC/netswap.conf.d/*.toml, read in the order of their names; a
/// later setting of the same area replaces an earlier one.
struct Config {
    struct Area {
        AreaSpec spec;
        bool automatic = true; ///< brought up at boot (key `auto`)
    };
    std::map<std::string, Area> areas;
    std::string metrics_listen; ///< [metrics] listen; empty: nobody listens
};

/// No file at all is an empty configuration. The first thing that is wrong is the error, as
/// "FILE:LINE:COLUMN: what". Areas are complete (see complete_area).
Result<Config> read_config(const Paths &paths);

/// Adds one file's text. Areas are not completed: a later file may add to them.
Status add_config(Config &config, std::string_view text, const std::string &file);

} // namespace netswap::live
