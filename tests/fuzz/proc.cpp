// SPDX-License-Identifier: GPL-2.0
#include "lib/proc_parse.h"

#include <sys/sysmacros.h>

#include "keeper/stall.h"
#include "keeper/tcp_table.h"
#include "live/doctor/socket_table.h"
#include "live/process_audit.h"
#include "live/swaps.h"
#include "live/view/keeper_view.h"
#include "live/watermarks.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

void proc(std::string_view input) {
    VmCounters counters;
    ZoneTable zones;
    (void)parse_vmstat(input, counters);
    if (parse_zoneinfo(input, zones))
        require(zones.count > 0 && zones.count <= ZoneTable::capacity, "zones beyond the table");
    (void)parse_netstat(input, "TcpExt", "PFMemallocDrop");
    (void)parse_meminfo(input, "MemFree");
    (void)parse_choice(input);
    for (const auto &[name, value] : parse_counters(input))
        require(!name.empty(), "a counter without a name");
    if (const auto found = live::parse_zones(input); clear(found))
        require(!found->empty(), "no zone and no error");
    for (auto rest = input; !rest.empty();) {
        const auto line = take_line(rest);
        for (const auto word : proc_words(line))
            require(!word.empty(), "an empty word");
        require(proc_unescape(line).size() <= line.size(), "a name that grows");
        keeper::TcpLine connection;
        if (keeper::parse_tcp_line(line, connection))
            require(line.find(connection.remote) != std::string_view::npos, "a remote of no line");
        (void)live::task_flags(line);
        (void)live::doctor::address_of_hex(line);
    }
    struct stat file {};
    file.st_dev = makedev(8, 1);
    file.st_ino = 42;
    (void)live::lock_holder(input, file);
    keeper::Requests requests;
    (void)keeper::parse_requests(input, requests);
    (void)live::parse_swaps(input);
}

} // namespace netswap::fuzz
