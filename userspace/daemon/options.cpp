// SPDX-License-Identifier: GPL-2.0
#include "daemon/options.h"

#include <string_view>

#include <fmt/format.h>

namespace netswap {

const char *const daemon_usage =
    "netswapd: keep a network swap area connected\n"
    "Usage: netswapd NAME [--detach]\n"
    "\n"
    "  NAME        the area, as `netswap status` lists it; it must be up\n"
    "  --detach    return once the daemon watches, leave it in the background\n"
    "  --root DIR  look for /run, /proc and /sys below DIR (tests)\n"
    "  --version   print the version\n"
    "  --help      print this\n"
    "\n"
    "SIGTERM ends the daemon; the area stays up, and another netswapd may take it over.\n";

Result<DaemonOptions> parse_daemon_options(int argc, char **argv) {
    DaemonOptions options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--detach")
            options.detach = true;
        else if (word == "--help" || word == "-h")
            options.help = true;
        else if (word == "--version")
            options.version = true;
        else if (word == "--root" && i + 1 < argc)
            options.root = argv[++i];
        else if (word.starts_with("-"))
            return fail(fmt::format("unknown option '{}' (see netswapd --help)", word),
                        exit_bad_input);
        else if (options.area.empty())
            options.area = word;
        else
            return fail(fmt::format("one area each: '{}' or '{}'?", options.area, word),
                        exit_bad_input);
    }
    if (options.area.empty() && !options.help && !options.version)
        return fail("which area? (netswapd NAME; see netswapd --help)", exit_bad_input);
    return options;
}

} // namespace netswap
