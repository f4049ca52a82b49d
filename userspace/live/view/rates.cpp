// SPDX-License-Identifier: GPL-2.0
#include "live/view/rates.h"

namespace netswap::live {

namespace {

std::uint64_t grown(std::uint64_t before, std::uint64_t after) {
    return after > before ? after - before : 0;
}

std::uint64_t all_drops(const Snapshot &snapshot) {
    std::uint64_t sum = 0;
    for (const auto &[reason, value] : drops(snapshot))
        sum += value;
    return sum;
}

const AreaView *find(const Snapshot &snapshot, const std::string &name) {
    for (const auto &area : snapshot.areas)
        if (area.name == name)
            return &area;
    return nullptr;
}

} // namespace

const Flow *Rates::area(const std::string &name) const {
    const auto found = areas.find(name);
    return found == areas.end() ? nullptr : &found->second;
}

Rates rates_between(const Snapshot &before, const Snapshot &after) {
    Rates rates;
    if (after.at.mono_ns <= before.at.mono_ns)
        return rates;
    rates.seconds = static_cast<double>(after.at.mono_ns - before.at.mono_ns) / 1e9;
    const auto per_second = [&](std::uint64_t from, std::uint64_t to) {
        return static_cast<double>(grown(from, to)) / rates.seconds;
    };
    const auto page = static_cast<double>(after.machine.page_bytes);
    rates.machine = {per_second(before.machine.pswpin, after.machine.pswpin) * page,
                     per_second(before.machine.pswpout, after.machine.pswpout) * page};
    rates.throttled = grown(before.throttled(), after.throttled());
    rates.drops = grown(all_drops(before), all_drops(after));
    for (const auto &area : after.areas) {
        const auto *then = find(before, area.name);
        if (then == nullptr || !then->device.read || !area.device.read)
            continue;
        rates.areas[area.name] = {per_second(then->device.read->bytes, area.device.read->bytes),
                                  per_second(then->device.write->bytes, area.device.write->bytes)};
    }
    return rates;
}

} // namespace netswap::live
