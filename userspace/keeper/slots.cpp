// SPDX-License-Identifier: GPL-2.0
#include "keeper/slots.h"

#include <algorithm>

namespace netswap::keeper {

Slots::Slots(World &world, live::LivePage &page, int count)
    : world_(world), page_(page), count_(count) {
    for (auto &slot : *this)
        slot.port = static_cast<std::uint16_t>(page_.local_port[index_of(slot)].load());
}

int Slots::alive() const {
    return static_cast<int>(
        std::count_if(begin(), end(), [](const Slot &slot) { return slot.alive; }));
}

std::size_t Slots::index_of(const Slot &slot) const {
    return static_cast<std::size_t>(&slot - begin());
}

void Slots::put(Slot &slot, std::uint16_t port) {
    std::replace(before_.begin(), before_.end(), port, std::uint16_t{0});
    slot.port = port;
    page_.local_port[index_of(slot)] = port;
}

void Slots::enter(Slot &slot, std::uint16_t port) {
    const auto old = slot.port;
    put(slot, port);
    before_[index_of(slot)] = old;
}

void Slots::withdraw(Slot &slot) {
    put(slot, before_[index_of(slot)]);
}

bool Slots::scan(States &states) {
    std::array<std::uint16_t, 2 * live::max_conns> ports{};
    for (const auto &slot : *this)
        ports[index_of(slot)] = slot.port;
    std::copy(before_.begin(), before_.end(), ports.begin() + live::max_conns);
    return world_.look(ports, states);
}

void Slots::look() {
    States states{};
    if (!scan(states))
        return;
    if (std::any_of(begin(), end(), [&](const Slot &slot) {
            return slot.port != 0 && slot.alive && states[index_of(slot)] == TcpState::gone;
        })) {
        States again{};
        if (!scan(again))
            return;
        for (std::size_t i = 0; i < states.size(); ++i)
            if (states[i] == TcpState::gone)
                states[i] = again[i];
    }
    bool all = true;
    for (auto &slot : *this)
        if (slot.port != 0) {
            slot.state = states[index_of(slot)];
            slot.alive = slot.state == TcpState::established;
            all = all && slot.alive;
        }
    if (all)
        before_.fill(0); // another program may get one of those ports
    else
        find_again(states);
}

void Slots::find_again(const States &states) {
    for (auto &slot : *this) {
        if (slot.alive || slot.state != TcpState::gone)
            continue;
        for (std::size_t i = 0; i < before_.size(); ++i)
            if (before_[i] != 0 && states[live::max_conns + i] == TcpState::established) {
                put(slot, before_[i]);
                slot.state = TcpState::established;
                slot.alive = true;
                slot.handed_over = false;
                break;
            }
    }
}

void Slots::count_dead(int links_dead) {
    for (auto &slot : *this)
        if (links_dead != 0 && slot.alive && slot.port == 0) {
            slot.alive = slot.doubted = false;
            if (links_dead > 0)
                --links_dead; // lost messages: all of them may be dead
        }
}

void Slots::lose_all() {
    for (auto &slot : *this)
        slot.alive = slot.doubted = false;
}

bool Slots::doubt() {
    bool any = false;
    for (auto &slot : *this)
        if (slot.alive && !slot.doubted)
            any = slot.doubted = true;
    return any;
}

bool Slots::doubted() const {
    return std::any_of(begin(), end(), [](const Slot &slot) { return slot.doubted; });
}

void Slots::lose_doubted() {
    for (auto &slot : *this)
        if (slot.doubted)
            slot.alive = slot.doubted = false;
}

bool Slots::old_ones_are_closed() const {
    return std::none_of(begin(), end(), [](const Slot &slot) {
        return !slot.alive && slot.port != 0 &&
               (slot.state == TcpState::fin_wait1 || slot.state == TcpState::fin_wait2);
    });
}

} // namespace netswap::keeper
