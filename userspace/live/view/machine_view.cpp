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

std::vector<std::string_view> words(std::string_view line) {
    constexpr std::string_view blanks = " \t";
    std::vector<std::string_view> found;
    while (true) {
        const auto begin = line.find_first_not_of(blanks);
        if (begin == std::string_view::npos)
            return found;
        line.remove_prefix(begin);
        const auto end = std::min(line.find_first_of(blanks), line.size());
        found.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

/// The kernel writes blanks in a path as \040 and the like.
std::string unescaped(std::string_view path) {
    std::string out;
    const auto octal = [&](std::size_t at) { return path[at] >= '0' && path[at] <= '7'; };
    for (std::size_t i = 0; i < path.size(); ++i)
        if (path[i] == '\\' && i + 3 < path.size() && octal(i + 1) && octal(i + 2) &&
            octal(i + 3)) {
            out += static_cast<char>((path[i + 1] - '0') * 64 + (path[i + 2] - '0') * 8 +
                                     (path[i + 3] - '0'));
            i += 3;
        } else {
            out += path[i];
        }
    return out;
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

std::vector<SwapUse> parse_swaps(std::string_view text) {
    std::vector<SwapUse> uses;
    for (const auto line : split(text, '\n')) {
        const auto parts = words(line);
        if (parts.size() != 5)
            continue;
        const auto size = parse_number(parts[2]);
        const auto used = parse_number(parts[3]);
        const auto prio = parse_number(parts[4]);
        if (!size || !used || !prio || *size < 0 || *used < 0)
            continue; // the headings, or garbage
        uses.push_back({unescaped(parts[0]), static_cast<std::uint64_t>(*size) * 1024,
                        static_cast<std::uint64_t>(*used) * 1024, static_cast<int>(*prio)});
    }
    return uses;
}

} // namespace netswap::live
