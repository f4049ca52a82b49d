// SPDX-License-Identifier: GPL-2.0
#include "live/view/device_view.h"

#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "lib/text.h"

namespace netswap::live {

namespace {

constexpr std::uint64_t sector_bytes = 512;

/// All numbers of a file of blank-separated ones; empty if there is anything else in it.
std::vector<std::uint64_t> numbers(const std::string &file) {
    std::vector<std::uint64_t> found;
    const auto text = read_file(file);
    if (!text)
        return found;
    for (const auto word : split(trim(*text), ' ')) {
        if (trim(word).empty())
            continue;
        const auto value = parse_number(trim(word));
        if (!value || *value < 0)
            return {};
        found.push_back(static_cast<std::uint64_t>(*value));
    }
    return found;
}

} // namespace

DeviceView read_device(const Paths &paths, int index) {
    DeviceView view;
    const auto at = [&](const char *name) {
        return paths.sys(fmt::format("block/nbd{}/{}", index, name));
    };
    std::error_code none;
    view.present = std::filesystem::exists(at(""), none);
    if (!view.present)
        return view;

    if (const auto pid = numbers(at("pid")); pid.size() == 1) {
        view.connected = true;
        view.pid = static_cast<std::int64_t>(pid[0]);
    }
    if (const auto size = numbers(at("size")); size.size() == 1)
        view.bytes = size[0] * sector_bytes;
    if (const auto text = read_file(at("backend")))
        view.backend = std::string(trim(*text));

    // reads, merged, sectors, ms, writes, merged, sectors, ms, ... (the kernel adds more)
    const auto stat = numbers(at("stat"));
    const auto in_flight = numbers(at("inflight"));
    if (stat.size() >= 8) {
        view.read = DeviceTraffic{stat[0], stat[2] * sector_bytes, stat[3], 0};
        view.write = DeviceTraffic{stat[4], stat[6] * sector_bytes, stat[7], 0};
        if (in_flight.size() == 2) {
            view.read->in_flight = in_flight[0];
            view.write->in_flight = in_flight[1];
        }
    }
    return view;
}

} // namespace netswap::live
