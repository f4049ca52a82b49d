// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <functional>

#include "model/rules.h"
#include "model/state.h"

namespace netswap::model {

/// Whose doing a step is. Progress must not depend on `environment`; `retry` is an attempt that
/// fails and changes nothing that anybody waits for.
enum class Mover : std::uint8_t { system, retry, environment };

enum class Act : std::uint8_t {
    load_takes,
    user_begins,
    thread_begins,
    user_locks,
    thread_locks,
    worker_locks,
    user_sends,
    thread_sends,
    worker_sends,
    ack_arrives,
    reply_arrives,
    hostile_arrives,
    ack_lost,
    reply_lost,
    hostile_lost,
    ack_handled,
    reply_handled,
    hostile_dropped,
    hostile_kept,
    poll_fills,
    poll_fails,
    worker_starts,
    worker_fills,
    worker_gives_up,
    worker_reclaims,
    packet_lost,
    packet_repeated,
    connection_ends,
};

struct Step {
    Act act;
    Mover mover;
    bool completes = false; ///< a page has been swapped out and is free
    State next;
};

/// The interleaved steps of all parts. The server answers every request that reaches it. An answer
/// that could not be received comes again, for the server has the memory to send it.
class World {
  public:
    World(const Rules &rules, const Sizes &sizes) : rules_(rules), sizes_(sizes) {}

    /// Memory is at the min watermark, the ring is full, nothing is under way.
    State start() const;

    void each_step(const State &state, const std::function<void(const Step &)> &visit) const;

    /// May the lock's holder take a page for its packet?
    bool may_send(const State &state) const;
    /// May receive have a page, and is it one of the reserve's?
    enum class Grant { none, ordinary, reserve };
    Grant head_grant(const State &state) const;
    Grant refill_grant(const State &state) const;
    Grant repeat_grant(const State &state) const;

    /// Free pages at which ordinary atomic callers stop.
    int atomic_floor() const;

    const Rules &rules() const { return rules_; }
    const Sizes &sizes() const { return sizes_; }

  private:
    using Visit = std::function<void(const Step &)>;

    void load(const State &state, const Visit &visit) const;
    void write_out(const State &state, const Visit &visit) const;
    void send(const State &state, const Visit &visit) const;
    void arrive(const State &state, Packet kind, const Visit &visit) const;
    void arrive_in(const State &state, Packet kind, bool reserve_buffer, const Visit &visit) const;
    void handle(const State &state, std::size_t slot, const Visit &visit) const;
    void fill(const State &state, const Visit &visit) const;
    void work(const State &state, const Visit &visit) const;
    void lose_and_repeat(const State &state, const Visit &visit) const;
    void give_back(State &state, int pages) const;
    Grant grant(const State &state, bool from_reserve) const;

    Rules rules_;
    Sizes sizes_;
};

} // namespace netswap::model
