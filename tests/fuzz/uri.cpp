// SPDX-License-Identifier: GPL-2.0
#include "live/nbd_uri.h"

#include "live/area_settings.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

/// A URI in the first line; "setting=value" in each further one.
void uri(std::string_view input) {
    const auto first = take_line(input);
    if (const auto uri = live::parse_nbd_uri(first); clear(uri)) {
        require(uri->is_unix() == uri->host.empty(), "neither host nor socket, or both");
        require(uri->is_unix() || (uri->port >= 1 && uri->port <= 65535), "no port");
        require(uri->export_name.find('\0') == std::string::npos, "a zero in the export's name");
        require(uri->socket.find('\0') == std::string::npos, "a zero in a path");
    }
    live::AreaSpec area;
    area.name = "demo";
    area.uri = first;
    while (!input.empty()) {
        const auto line = take_line(input);
        const auto equals = std::min(line.find('='), line.size());
        clear(live::set_area(area, line.substr(0, equals),
                             line.substr(std::min(equals + 1, line.size()))));
    }
    if (clear(live::complete_area(area)))
        require(area.conns >= 1 && area.conns <= 16, "an area without connections");
}

} // namespace netswap::fuzz
