// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"
#include "live/area_state.h"

namespace netswap::live {

inline constexpr int nbd_port = 10809;

/// An NBD URI in parts: nbd://HOST[:PORT]/[EXPORT] or nbd+unix:///[EXPORT]?socket=PATH.
struct NbdUri {
    std::string host; ///< empty for a UNIX socket
    int port = nbd_port;
    std::string socket; ///< absolute path, empty for TCP
    std::string export_name;
    [[nodiscard]] bool is_unix() const { return !socket.empty(); }
};

/// Bad input says what is wrong with it. nbds:// (TLS) is refused with the reason.
Result<NbdUri> parse_nbd_uri(std::string_view text);

/// All addresses of the server, in the resolver's order. Asks a name server: only while setting up.
Result<std::vector<ServerAddress>> resolve_server(const NbdUri &uri);

} // namespace netswap::live
