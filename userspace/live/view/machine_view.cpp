// SPDX-License-Identifier: GPL-2.0
#include "live/view/machine_view.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <unistd.h>

#include "lib/text.h"

namespace netswap::live {

namespace {

/// What tells about a connection that suffers, and about packets dropped for want of a mark.
constexpr std::array<const char *, 6> tcp_fields = {"PFMemallocDrop",    "TCPTimeouts",
                                                    "TCPLostRetransmit", "TCPBacklogDrop",
                                                    "TCPAbortOnMemory",  "TCPMemoryPressures"};

std::uint64_t sum(const std::vector<ZoneView> &zones, std::uint64_t (*value)(const ZoneView &)) {
    std::uint64_t total = 0;
    for (const auto &zone : zones)
        total += value(zone);
    return total;
}

Error unreadable(const std::string &file) {
    return {fmt::format("{}: not the counters of a Linux kernel", file), exit_host};
}

} // namespace

std::uint64_t MachineView::free_pages() const {
    return sum(zones, [](const ZoneView &zone) { return zone.free; });
}

std::uint64_t MachineView::min_pages() const {
    return sum(zones, [](const ZoneView &zone) { return zone.min; });
}

std::uint64_t MachineView::reserve_pages() const {
    return sum(zones, [](const ZoneView &zone) { return zone.reserve(); });
}

std::uint64_t MachineView::tcp_field(std::string_view name) const {
    for (const auto &[field, value] : tcp)
        if (field == name)
            return value;
    return 0;
}

Result<MachineView> read_machine(const Paths &paths) {
    MachineView view;
    view.page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));

    const auto vmstat = read_file(paths.proc("vmstat"));
    if (!vmstat)
        return tl::unexpected(vmstat.error());
    VmCounters counters;
    if (!parse_vmstat(*vmstat, counters))
        return tl::unexpected(unreadable(paths.proc("vmstat")));
    view.pswpin = counters.pswpin;
    view.pswpout = counters.pswpout;
    view.throttled = counters.throttle;
    view.allocstall = counters.allocstall;

    const auto zoneinfo = read_file(paths.proc("zoneinfo"));
    if (!zoneinfo)
        return tl::unexpected(zoneinfo.error());
    ZoneTable table;
    if (!parse_zoneinfo(*zoneinfo, table))
        return tl::unexpected(unreadable(paths.proc("zoneinfo")));
    for (std::size_t i = 0; i < table.count; ++i) {
        const auto &zone = table.zones[i];
        view.zones.push_back(
            {zone.node, zone.name.data(), zone.free, zone.min, zone.low, zone.managed});
    }

    if (const auto netstat = read_file(paths.proc("net/netstat")))
        for (const auto *field : tcp_fields)
            if (const auto value = parse_netstat(*netstat, "TcpExt", field))
                view.tcp.emplace_back(field, *value);
    if (const auto meminfo = read_file(paths.proc("meminfo"))) {
        view.available_kb = parse_meminfo(*meminfo, "MemAvailable");
        view.swap_free_kb = parse_meminfo(*meminfo, "SwapFree");
    }
    if (const auto text = read_file(paths.proc("sys/vm/min_free_kbytes")))
        if (const auto value = parse_number(trim(*text)); value && *value >= 0)
            view.min_free_kb = static_cast<std::uint64_t>(*value);
    return view;
}

} // namespace netswap::live
