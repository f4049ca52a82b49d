// SPDX-License-Identifier: GPL-2.0
#include "live/config_file.h"

#include "live/area_settings.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

void config(std::string_view input) {
    live::Config config;
    if (!clear(live::add_config(config, input, "netswap.toml")))
        return;
    for (auto &[name, area] : config.areas) {
        require(live::is_area_name(name) && area.spec.name == name, "an area of another name");
        clear(live::complete_area(area.spec));
    }
}

} // namespace netswap::fuzz
