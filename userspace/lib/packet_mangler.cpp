// SPDX-License-Identifier: GPL-2.0
#include "lib/packet_mangler.h"

#include <utility>

namespace netswap {

bool PacketMangler::chance(double share) {
    return static_cast<double>(random_() >> 11) * 0x1p-53 < share;
}

void PacketMangler::offer(Packet packet, bool bad, double now) {
    if (bad && chance(loss_)) {
        lost_++;
        return;
    }
    passed_++;
    if (bad && chance(reordered_share_)) {
        held_.push_back({std::move(packet), overtakers, now + hold_s});
        return;
    }
    ready_.push_back(std::move(packet));
    for (auto &held : held_)
        held.before--;
    while (!held_.empty() && held_.front().before <= 0) {
        overtaken_++;
        ready_.push_back(std::move(held_.front().packet));
        held_.pop_front();
    }
}

std::optional<PacketMangler::Packet> PacketMangler::next(double now) {
    while (!held_.empty() && held_.front().until <= now) {
        overtaken_ += held_.front().before < overtakers ? 1 : 0;
        ready_.push_back(std::move(held_.front().packet));
        held_.pop_front();
    }
    if (ready_.empty())
        return std::nullopt;
    auto packet = std::move(ready_.front());
    ready_.pop_front();
    return packet;
}

} // namespace netswap
