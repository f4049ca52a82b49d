// SPDX-License-Identifier: GPL-2.0
#include "model/world.h"

#include <algorithm>

namespace netswap::model {

namespace {

void put(State &state, std::size_t slot, InStack packet) {
    state.stack[slot] = packet;
    std::sort(state.stack.begin(), state.stack.end());
}

} // namespace

State World::start() const {
    State state;
    state.free = static_cast<std::uint8_t>(sizes_.min());
    state.ring = static_cast<std::uint8_t>(sizes_.ring);
    return state;
}

int World::atomic_floor() const {
    return rules_.pool_is_absolute ? sizes_.min() : sizes_.min() * 3 / 8;
}

bool World::may_send(const State &state) const {
    if (state.free > sizes_.min())
        return true;
    const bool bound = rules_.transmit_leaves_share &&
                       (state.holder == Holder::user || rules_.threads_leave_share);
    return bound ? state.free > sizes_.receive_share() - state.charged() : state.free > 0;
}

World::Grant World::grant(const State &state, bool from_reserve) const {
    if (state.free > atomic_floor())
        return Grant::ordinary;
    return from_reserve && state.free > 0 ? Grant::reserve : Grant::none;
}

World::Grant World::head_grant(const State &state) const {
    return grant(state, rules_.heads_use_reserve);
}

World::Grant World::refill_grant(const State &state) const {
    return grant(state, rules_.refill_uses_reserve);
}

World::Grant World::repeat_grant(const State &state) const {
    return grant(state, rules_.repeat_uses_reserve);
}

/// More than the watermark is as good as enough: the rest goes to whoever waited for memory.
void World::give_back(State &state, int pages) const {
    state.free = static_cast<std::uint8_t>(std::min(state.free + pages, sizes_.min() + 1));
}

void World::each_step(const State &state, const Visit &visit) const {
    load(state, visit);
    write_out(state, visit);
    send(state, visit);
    if (state.receives() && state.ring > 0) {
        if (state.under_way(Packet::ack) + state.lost < state.unacked)
            arrive(state, Packet::ack, visit);
        if (state.under_way(Packet::reply) < state.unanswered)
            arrive(state, Packet::reply, visit);
        if (sizes_.hostile)
            arrive(state, Packet::hostile, visit);
    }
    for (std::size_t slot = 0; slot < state.stack.size(); slot++)
        if (state.stack[slot].kind != Packet::none)
            handle(state, slot, visit);
    fill(state, visit);
    work(state, visit);
    lose_and_repeat(state, visit);
}

void World::load(const State &state, const Visit &visit) const {
    if (state.free <= sizes_.min())
        return;
    Step step{Act::load_takes, Mover::environment, false, state};
    step.next.free--;
    visit(step);
}

/// A reclaimer takes a page to write out, and then the lock. There are always pages to write.
void World::write_out(const State &state, const Visit &visit) const {
    const bool room = state.unacked + state.unanswered + state.writing() < sizes_.requests();
    const bool held_back = rules_.throttle && 2 * state.free <= sizes_.min();

    if (room && !held_back && state.users + (state.holder == Holder::user) < sizes_.users) {
        Step step{Act::user_begins, Mover::system, false, state};
        step.next.users++;
        visit(step);
    }
    if (room && state.threads + (state.holder == Holder::thread) < sizes_.threads) {
        Step step{Act::thread_begins, Mover::system, false, state};
        step.next.threads++;
        visit(step);
    }
    if (state.holder != Holder::nobody)
        return;
    if (state.threads > 0) {
        Step step{Act::thread_locks, Mover::system, false, state};
        step.next.threads--;
        step.next.holder = Holder::thread;
        visit(step);
    }
    if (state.users > 0) {
        Step step{Act::user_locks, Mover::system, false, state};
        step.next.users--;
        step.next.holder = Holder::user;
        visit(step);
    }
    if (state.refill == Refill::waiting) {
        Step step{Act::worker_locks, Mover::system, false, state};
        step.next.refill = Refill::sending;
        step.next.holder = Holder::worker;
        visit(step);
    }
}

/// The lock's holder puts its page into a packet; without write space or memory it keeps waiting.
void World::send(const State &state, const Visit &visit) const {
    if (state.holder == Holder::nobody || state.unacked >= sizes_.unacked() || !may_send(state))
        return;
    Step step{Act::user_sends, Mover::system, false, state};
    if (state.holder == Holder::thread)
        step.act = Act::thread_sends;
    if (state.holder == Holder::worker) {
        step.act = Act::worker_sends;
        step.next.refill = Refill::off;
    }
    step.next.free--;
    step.next.unacked++;
    step.next.holder = Holder::nobody;
    visit(step);
}

void World::arrive(const State &state, Packet kind, const Visit &visit) const {
    const auto used = std::count_if(state.stack.begin(), state.stack.end(),
                                    [](auto packet) { return packet.kind != Packet::none; });
    if (used >= sizes_.cpus)
        return;
    if (state.ring_charged < state.ring)
        arrive_in(state, kind, false, visit);
    if (state.ring_charged > 0)
        arrive_in(state, kind, true, visit);
}

/// A packet takes a buffer out of the ring and needs a head; without one its buffer is freed.
void World::arrive_in(const State &state, Packet kind, bool reserve_buffer,
                      const Visit &visit) const {
    const auto mover = kind == Packet::hostile ? Mover::environment : Mover::system;
    const auto index = static_cast<int>(kind) - static_cast<int>(Packet::ack);
    const auto grant = head_grant(state);
    const auto act = static_cast<Act>(
        static_cast<int>(grant == Grant::none ? Act::ack_lost : Act::ack_arrives) + index);
    Step step{act, mover, false, state};

    step.next.ring--;
    step.next.ring_charged -= reserve_buffer;
    if (grant == Grant::none) {
        give_back(step.next, 1);
    } else {
        step.next.free--;
        const auto charged = static_cast<std::uint8_t>(reserve_buffer + (grant == Grant::reserve));
        put(step.next, 0, {kind, charged}); // empty ones come first
    }
    visit(step);
}

void World::handle(const State &state, std::size_t slot, const Visit &visit) const {
    const auto packet = state.stack[slot];
    Step step{Act::ack_handled, Mover::system, false, state};

    if (packet.kind == Packet::ack) {
        if (!rules_.sender_lets_go && state.holder != Holder::nobody)
            return;
        step.next.unacked--;
        step.next.unanswered++;
        give_back(step.next, 1);
    } else if (packet.kind == Packet::reply) {
        step.act = Act::reply_handled;
        step.completes = true;
        step.next.unanswered--;
        give_back(step.next, 1);
    } else if ((packet.charged > 0 && rules_.strangers_dropped) || state.kept >= sizes_.kept) {
        step.act = Act::hostile_dropped;
    } else {
        step.act = Act::hostile_kept;
        step.next.kept++;
        step.next.kept_charged += packet.charged;
    }
    if (step.act != Act::hostile_kept)
        give_back(step.next, 2);
    put(step.next, slot, {});
    visit(step);
}

/// The poll puts a buffer into the ring; if it cannot, it leaves that to the worker.
void World::fill(const State &state, const Visit &visit) const {
    if (!state.receives() || state.ring >= sizes_.ring)
        return;
    const auto grant = refill_grant(state);
    if (grant == Grant::none) {
        if (state.refill == Refill::queued)
            return;
        const auto mover = rules_.refill_never_waits ? Mover::retry : Mover::system;
        Step step{Act::poll_fails, mover, false, state};
        step.next.refill = Refill::queued;
        visit(step);
        return;
    }
    Step step{Act::poll_fills, Mover::system, false, state};
    step.next.free--;
    step.next.ring++;
    step.next.ring_charged += grant == Grant::reserve;
    visit(step);
}

/// The worker switches receive off (when no poll runs), fills the ring, and switches it on again.
void World::work(const State &state, const Visit &visit) const {
    if (state.refill == Refill::queued && state.stack.back().kind == Packet::none) {
        const auto mover = rules_.refill_never_waits ? Mover::retry : Mover::system;
        Step step{Act::worker_starts, mover, false, state};
        step.next.refill = Refill::off;
        visit(step);
    }
    if (state.refill != Refill::off)
        return;

    auto grant = state.free > sizes_.min() ? Grant::ordinary : Grant::none;
    if (rules_.refill_never_waits)
        grant = refill_grant(state);
    if (state.ring >= sizes_.ring || grant != Grant::none) {
        Step step{Act::worker_fills, Mover::system, false, state};
        step.next.refill = Refill::idle;
        if (state.ring < sizes_.ring) {
            step.next.free--;
            step.next.ring++;
            step.next.ring_charged += grant == Grant::reserve;
        }
        visit(step);
    } else if (rules_.refill_never_waits) {
        Step step{Act::worker_gives_up, Mover::system, false, state};
        step.next.refill = Refill::idle;
        visit(step);
    } else if (state.unacked + state.unanswered + state.writing() < sizes_.requests()) {
        Step step{Act::worker_reclaims, Mover::system, false, state};
        step.next.refill = Refill::waiting;
        visit(step);
    }
}

/// What is sent again is freed with the rest, by its acknowledgement; it has to be had for a
/// moment.
void World::lose_and_repeat(const State &state, const Visit &visit) const {
    if (sizes_.loss && state.under_way(Packet::ack) + state.lost < state.unacked) {
        Step step{Act::packet_lost, Mover::environment, false, state};
        step.next.lost++;
        visit(step);
    }
    if (state.lost > 0 && repeat_grant(state) != Grant::none) {
        Step step{Act::packet_repeated, Mover::system, false, state};
        step.next.lost--;
        visit(step);
    }
    // The request is another one's again, who has to begin anew on another connection.
    if (state.lost > 0 && rules_.request_timer) {
        Step step{Act::connection_ends, Mover::system, false, state};
        step.next.lost--;
        step.next.unacked--;
        give_back(step.next, 1);
        visit(step);
    }
}

} // namespace netswap::model
