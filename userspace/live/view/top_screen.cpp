// SPDX-License-Identifier: GPL-2.0
#include "live/view/top_screen.h"

#include <algorithm>

#include <fmt/format.h>

#include "live/view/status.h"
#include "live/view/units.h"

namespace netswap::live {

namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t bar_width = 16;
constexpr std::string_view headings =
    "AREA         DEVICE     CONNS DAEMON         USED  SIZE     IN/s  OUT/s FLIGHT";

/// "[#####.....]": how much of `whole` is there.
std::string bar(std::uint64_t part, std::uint64_t whole, std::size_t width) {
    const auto share = whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
    const auto full =
        std::min(width, static_cast<std::size_t>(share * static_cast<double>(width) + 0.5));
    return "[" + std::string(full, '#') + std::string(width - full, '.') + "]";
}

std::string size_of(std::uint64_t bytes) {
    return short_size(static_cast<double>(bytes));
}

std::string conns_of(const AreaView &area) {
    if (area.keeper.presence == KeeperPresence::running)
        return fmt::format("{}/{}", area.keeper.conns_up, area.keeper.conns);
    return fmt::format("?/{}", area.state ? area.state->conns : 0);
}

Lines area_lines(const AreaView &area, const Rates &rates) {
    const auto *flow = rates.area(area.name);
    const auto &device = area.device;
    Lines lines = {fmt::format(
        "{:<12.12} {:<10.10} {:>5} {:<12.12} {:>6} {:>5} {:>8} {:>6} {:>6}", area.name,
        area.state ? area.state->device : "-", conns_of(area), keeper_word(area),
        area.swap ? size_of(area.swap->used) : "-", area.swap ? size_of(area.swap->bytes) : "-",
        flow ? short_size(flow->in) : "-", flow ? short_size(flow->out) : "-",
        device.read ? fmt::to_string(device.read->in_flight + device.write->in_flight) : "-")};
    if (area.keeper.has_numbers() && area.keeper.reconnects > 0)
        lines.push_back(
            fmt::format("  {} reconnects, last took {}, worst {}", area.keeper.reconnects,
                        duration_text(static_cast<double>(area.keeper.last_recovery_ns) * 1e-9),
                        duration_text(static_cast<double>(area.keeper.worst_recovery_ns) * 1e-9)));
    for (const auto &problem : area.problems)
        lines.push_back("  ! " + problem.text);
    return lines;
}

Lines machine_lines(const TopHistory &history) {
    const auto &snapshot = history.now();
    const auto &machine = snapshot.machine;
    const auto &rates = history.rates();
    const auto bytes = [&](std::uint64_t pages) { return size_of(pages * machine.page_bytes); };
    Lines lines;
    auto reserve = fmt::format("RESERVE    {} {} of {}, least seen {}",
                               bar(machine.reserve_pages(), machine.min_pages(), bar_width),
                               bytes(machine.reserve_pages()), bytes(machine.min_pages()),
                               bytes(history.least_reserve()));
    if (const auto lowest = snapshot.lowest_free())
        reserve += fmt::format(", lowest free {}", bytes(*lowest));
    lines.push_back(reserve);
    for (const auto &zone : machine.zones)
        if (zone.min > 0)
            lines.push_back(fmt::format(
                "  {:<9.9}{} free {}, min {}", fmt::format("{} {}", zone.name, zone.node),
                bar(zone.reserve(), zone.min, bar_width), bytes(zone.free), bytes(zone.min)));
    auto throttled = fmt::format("THROTTLED  {} (+{})", snapshot.throttled(), rates.throttled);
    if (const auto us = snapshot.throttled_us())
        throttled += ", " + duration_text(static_cast<double>(*us) * 1e-6);
    lines.push_back(throttled + fmt::format(", direct reclaims {}", machine.allocstall));

    std::string dropped = "DROPS     ";
    for (const auto &[reason, count] : drops(snapshot))
        dropped += fmt::format(" {} {}", reason, count);
    lines.push_back(dropped + fmt::format(" (+{}), TCP timeouts {}", rates.drops,
                                          machine.tcp_field("TCPTimeouts")));
    const auto marked = snapshot.marked_sockets();
    lines.push_back(marked ? fmt::format("MARKED     {} sockets", *marked)
                           : "MARKED     by the kernel itself, not counted");
    lines.push_back(fmt::format("SWAP       in {}/s, out {}/s, all areas of this machine",
                                short_size(rates.machine.in), short_size(rates.machine.out)));
    const auto &answers = snapshot.protection.protections;
    for (std::size_t i = 0; i < answers.size(); i += 3) {
        std::string three;
        for (std::size_t j = i; j < std::min(i + 3, answers.size()); ++j)
            three += fmt::format("{}{} {}", j == i ? "" : ", ", answers[j].question,
                                 answers[j].answerer);
        lines.push_back(fmt::format("{:<11}{}", i == 0 ? "ANSWERS" : "", three));
    }
    for (const auto &problem : snapshot.problems)
        lines.push_back("! " + problem.text);
    return lines;
}

std::string fitted(const std::string &line, std::size_t columns) {
    return line.size() <= columns ? line : line.substr(0, columns > 0 ? columns - 1 : 0) + "+";
}

} // namespace

void TopHistory::add(Snapshot snapshot) {
    rates_ = now_ ? rates_between(*now_, snapshot) : Rates{};
    least_reserve_ = std::min(least_reserve_, snapshot.machine.reserve_pages());
    now_ = std::move(snapshot);
}

std::vector<std::string> top_screen(const TopHistory &history, int columns, int rows) {
    const auto &snapshot = history.now();
    const auto height = static_cast<std::size_t>(std::max(rows, 0));
    const auto machine = machine_lines(history);

    Lines lines = {fmt::format("netswap top  {} UTC  {} kernel  {}  (q quits)",
                               time_text(snapshot.at.wall_s),
                               snapshot.protection.hooked ? "hooked" : "stock",
                               snapshot.healthy() ? "all is well" : "PROBLEMS"),
                   ""};
    if (snapshot.areas.empty())
        lines.emplace_back("no swap area is up");
    else
        lines.emplace_back(headings);
    // One line stays for "... more", one blank stands before the machine.
    const auto reserved = machine.size() + 2;
    std::size_t shown = 0;
    for (const auto &area : snapshot.areas) {
        const auto block = area_lines(area, history.rates());
        if (shown > 0 && lines.size() + block.size() + reserved > height)
            break;
        lines.insert(lines.end(), block.begin(), block.end());
        ++shown;
    }
    if (shown < snapshot.areas.size())
        lines.push_back(fmt::format("... and {} more", snapshot.areas.size() - shown));
    lines.emplace_back();
    lines.insert(lines.end(), machine.begin(), machine.end());

    if (lines.size() > height)
        lines.resize(height);
    for (auto &line : lines)
        line = fitted(line, static_cast<std::size_t>(std::max(columns, 0)));
    return lines;
}

std::string top_line(const TopHistory &history) {
    const auto &snapshot = history.now();
    const auto &machine = snapshot.machine;
    std::string out = time_text(snapshot.at.wall_s);
    if (snapshot.areas.empty())
        out += " no area up";
    for (const auto &area : snapshot.areas) {
        out += fmt::format(" {} {} conns {}", area.name, keeper_word(area), conns_of(area));
        if (area.swap)
            out += fmt::format(" used {}", size_of(area.swap->used));
        if (const auto *flow = history.rates().area(area.name))
            out += fmt::format(" in {}/s out {}/s", short_size(flow->in), short_size(flow->out));
        for (const auto &problem : area.problems)
            out += " " + problem.code;
        out += ";";
    }
    return out + fmt::format(" reserve {}/{} throttled +{} drops +{}",
                             size_of(machine.reserve_pages() * machine.page_bytes),
                             size_of(machine.min_pages() * machine.page_bytes),
                             history.rates().throttled, history.rates().drops);
}

} // namespace netswap::live
