// SPDX-License-Identifier: GPL-2.0
// The places of an area's connections, and what is known of each. No heap.
#pragma once

#include <array>
#include <cstdint>

#include "keeper/world.h"
#include "live/live_page.h"

namespace netswap::keeper {

struct Slot {
    std::uint16_t port = 0; ///< of this end; 0 for a UNIX socket, or if it is not known
    TcpState state = TcpState::gone;
    bool alive = true;
    bool doubted = false;     ///< alive, as far as is known; a new connection is to be offered
    bool handed_over = false; ///< by us, and not seen alive since
};

class Slots {
  public:
    /// The ports are those in `page`, which is kept in step.
    Slots(World &world, live::LivePage &page, int count);

    Slot *begin() { return slots_.data(); }
    Slot *end() { return slots_.data() + count_; }
    [[nodiscard]] const Slot *begin() const { return slots_.data(); }
    [[nodiscard]] const Slot *end() const { return slots_.data() + count_; }
    [[nodiscard]] int alive() const;

    /// Finds each connection in the table. A loss counts only if it shows twice: a row can be
    /// missed while others come and go.
    void look();

    /// For connections that no table shows: this many are dead by the kernel's word; -1: perhaps
    /// all.
    void count_dead(int links_dead);
    void lose_all();

    /// Nobody knows which of those that count as alive are. False if each was doubted before.
    bool doubt();
    [[nodiscard]] bool doubted() const;
    /// Those that are doubted are lost.
    void lose_doubted();

    /// The server has closed the connections that are dead, or TCP has dropped what it had queued:
    /// nothing old can arrive any more.
    [[nodiscard]] bool old_ones_are_closed() const;

    /// The port of the connection that is about to be in this place. The page has it before the
    /// kernel does: the next keeper must find it, however this one ends.
    void enter(Slot &slot, std::uint16_t port);
    /// The kernel refused it.
    void withdraw(Slot &slot);

  private:
    using States = std::array<TcpState, 2 * live::max_conns>;

    [[nodiscard]] std::size_t index_of(const Slot &slot) const;
    void put(Slot &slot, std::uint16_t port);
    bool scan(States &states);
    void find_again(const States &states);

    World &world_;
    live::LivePage &page_;
    const int count_;
    std::array<Slot, live::max_conns> slots_{};
    /// What was in each place before. The kernel takes no new connection in place of one that is
    /// not lost, and does not say so; then the old one shows again.
    std::array<std::uint16_t, live::max_conns> before_{};
};

} // namespace netswap::keeper
