// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <cstdint>

namespace netswap::model {

/// Who has nbd's transmit lock.
enum class Holder : std::uint8_t { nobody, user, thread, worker };

/// Where the worker that fills the ring is.
enum class Refill : std::uint8_t {
    idle,
    queued,  ///< a refill failed; the worker will run
    off,     ///< it runs: receive is switched off
    waiting, ///< it reclaims and waits for the transmit lock; receive is off
    sending, ///< it reclaims and has the transmit lock; receive is off
};

enum class Packet : std::uint8_t { none, ack, reply, hostile };

/// A packet on its way through the stack: a buffer and a head, `charged` of which are the
/// reserve's.
struct InStack {
    Packet kind = Packet::none;
    std::uint8_t charged = 0;

    auto operator<=>(const InStack &) const = default;
};

inline constexpr int max_cpus = 2;

/// Everything that can differ between two moments. Each swap-out goes from somebody who waits for
/// the lock, to the lock's holder, to `unacked` (holds a page for its packet), to `unanswered`, to
/// a free page.
struct State {
    std::uint8_t free = 0;
    std::uint8_t ring = 0;         ///< buffers that wait for a packet
    std::uint8_t ring_charged = 0; ///< of these, how many are the reserve's
    std::uint8_t kept = 0;         ///< packets in a socket that nobody reads, two pages each
    std::uint8_t kept_charged = 0; ///< pages of these that are the reserve's
    std::uint8_t users = 0;        ///< user tasks that wait for the lock
    std::uint8_t threads = 0;      ///< kernel threads that wait for the lock
    std::uint8_t unacked = 0;
    std::uint8_t unanswered = 0;
    std::uint8_t lost = 0; ///< of those unacked: their packet did not arrive
    Holder holder = Holder::nobody;
    Refill refill = Refill::idle;
    std::array<InStack, max_cpus> stack{}; ///< in ascending order

    bool receives() const { return refill == Refill::idle || refill == Refill::queued; }
    int charged() const;
    int under_way(Packet kind) const;
    int writing() const { return users + threads + (holder != Holder::nobody); }

    bool operator==(const State &) const = default;
};

using Key = std::uint64_t;

/// One number for each state, and back. Sizes up to 15 fit.
Key pack(const State &state);
State unpack(Key key);

} // namespace netswap::model
