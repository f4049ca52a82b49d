// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

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

/// The same, but what is wrong costs no more than the area, or the file, that it stands in.
struct LoadedConfig {
    Config config;                ///< with the areas named in `broken`, as far as they were read
    std::vector<Error> errors;    ///< in the order in which they were found
    std::set<std::string> broken; ///< areas that cannot be used as they are
};
LoadedConfig load_config(const Paths &paths);

/// Adds one file's text. Areas are not completed: a later file may add to them.
Status add_config(Config &config, std::string_view text, const std::string &file);

} // namespace netswap::live
