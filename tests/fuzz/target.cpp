// SPDX-License-Identifier: GPL-2.0
#include "target.h"

#include <algorithm>

#include "lib/error_line.h"
#include "targets.h"

namespace netswap::fuzz {

const std::vector<Target> &targets() {
    static const std::vector<Target> all{
        {"area_state", area_state},
        {"arms", arms},
        {"bench_counts", bench_counts},
        {"campaign", campaign},
        {"config", config},
        {"console", console},
        {"faults", faults},
        {"first_page", first_page},
        {"guest_config", guest_config},
        {"guest_message", guest_message},
        {"guest_tables", guest_tables},
        {"handshake", handshake},
        {"http", http},
        {"kernel_log", kernel_log},
        {"ledger", ledger},
        {"live_page", live_page},
        {"matrix", matrix},
        {"monitor", monitor},
        {"nbd_stream", nbd_stream},
        {"netlink", netlink},
        {"proc", proc},
        {"recording", recording},
        {"runs", runs},
        {"sizes", sizes},
        {"storm_options", storm_options},
        {"uri", uri},
    };
    return all;
}

void require_clear(const Error &error) {
    require(!error.message.empty(), "an error without words");
    const auto line = error_line("netswap", error);
    require(line.ends_with('\n') && std::count(line.begin(), line.end(), '\n') == 1,
            "an error of more than one line: " + line);
    require(std::none_of(line.begin(), line.end() - 1,
                         [](unsigned char c) { return c < ' ' || c == 0x7f; }),
            "an error with control characters: " + line);
    require(error.code != exit_ok, "an error that would end well: " + error.message);
}

std::string_view take_line(std::string_view &rest) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
}

} // namespace netswap::fuzz
