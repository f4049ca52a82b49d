// SPDX-License-Identifier: GPL-2.0
#include "model/story.h"

#include <fmt/format.h>

namespace netswap::model {

std::string in_words(const Step &step) {
    switch (step.act) {
    case Act::load_takes:
        return "a task takes the page that came free";
    case Act::user_begins:
        return "a task reclaims: it picks a page to write out";
    case Act::thread_begins:
        return "kswapd picks a page to write out";
    case Act::user_locks:
        return "the task takes nbd's transmit lock";
    case Act::thread_locks:
        return "kswapd takes nbd's transmit lock";
    case Act::worker_locks:
        return "refill_work takes nbd's transmit lock";
    case Act::user_sends:
        return "the task sends its page and gives up the lock";
    case Act::thread_sends:
        return "kswapd sends its page and gives up the lock";
    case Act::worker_sends:
        return "refill_work sends its page and gives up the lock";
    case Act::ack_arrives:
        return "an acknowledgement arrives and gets a head";
    case Act::reply_arrives:
        return "a reply arrives and gets a head";
    case Act::hostile_arrives:
        return "a packet for somebody else arrives and gets a head";
    case Act::ack_lost:
        return "an acknowledgement arrives and gets no head: it is lost";
    case Act::reply_lost:
        return "a reply arrives and gets no head: it is lost";
    case Act::hostile_lost:
        return "a packet for somebody else arrives and gets no head: it is lost";
    case Act::ack_handled:
        return "TCP frees what was acknowledged";
    case Act::reply_handled:
        return "the write is complete: its page is free";
    case Act::hostile_dropped:
        return "the packet for somebody else is dropped";
    case Act::hostile_kept:
        return "the packet for somebody else stays in a queue that nobody reads";
    case Act::poll_fills:
        return "the poll puts a buffer into the ring";
    case Act::poll_fails:
        return "the poll gets no buffer for the ring: it queues refill_work";
    case Act::worker_starts:
        return "refill_work runs and disables NAPI";
    case Act::worker_fills:
        return "refill_work fills the ring and enables NAPI";
    case Act::worker_gives_up:
        return "refill_work gets no buffer, enables NAPI and will come again";
    case Act::worker_reclaims:
        return "refill_work gets no buffer, reclaims and picks a page to write out";
    case Act::packet_lost:
        return "a packet with a page is lost on its way";
    case Act::packet_repeated:
        return "TCP's timer sends the lost packet again";
    case Act::connection_ends:
        return "nbd's timer gives the connection up: its packets are freed, its requests wait";
    }
    return {};
}

std::vector<std::string> tell(const Findings &findings) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < findings.trace.size(); i++) {
        const auto &step = findings.trace[i];
        lines.push_back(fmt::format("{:2}. [{} free, ring {}] {}", i + 1, step.next.free,
                                    step.next.ring, in_words(step)));
        if (i + 1 == findings.point_of_no_return)
            lines.back() += "  <- from here on nothing can be completed";
    }
    return lines;
}

namespace {

std::string holder_waits(const World &world, const State &state) {
    const auto *name = state.holder == Holder::user     ? "a task in direct reclaim"
                       : state.holder == Holder::thread ? "kswapd"
                                                        : "refill_work";
    const auto what = state.unacked >= world.sizes().unacked()
                          ? std::string("socket buffer space, that is for an ACK")
                          : fmt::format("a page for its packet ({} free)", state.free);
    return fmt::format("nbd tx_lock is held by {}, which waits for {}", name, what);
}

std::string receive_waits(const World &world, const State &state) {
    if (!state.receives())
        return "the ACK cannot be received: NAPI is disabled until refill_work is done";
    if (state.stack.back().kind != Packet::none)
        return "the ACK was received, and waits for a lock that the sender keeps";
    if (state.ring == 0)
        return fmt::format("the ACK cannot be received: the ring is empty, and a refill gets none "
                           "of the {} free pages",
                           state.free);
    if (world.head_grant(state) == World::Grant::none)
        return fmt::format("the ACK cannot be received: its head gets none of the {} free pages",
                           state.free);
    if (state.lost > 0)
        return "no ACK is under way";
    return "nothing is under way that an ACK could free";
}

} // namespace

std::vector<std::string> who_waits(const World &world, const Findings &findings) {
    const auto state = findings.trace.empty() ? world.start() : findings.trace.back().next;
    if (!findings.stuck)
        return {fmt::format("whatever is done with the {} free pages, none becomes a buffer with a "
                            "packet's head for an ACK",
                            state.free)};
    std::vector<std::string> lines;
    if (state.refill == Refill::waiting)
        lines.emplace_back(
            "refill_work has NAPI disabled: in direct reclaim, waits for nbd tx_lock");
    if (state.holder != Holder::nobody)
        lines.push_back(holder_waits(world, state));
    lines.push_back(receive_waits(world, state));
    if (state.lost > 0)
        lines.push_back(fmt::format("{} packets were lost; to send one again, TCP gets none of the "
                                    "{} free pages",
                                    state.lost, state.free));
    if (state.kept > 0)
        lines.push_back(fmt::format("{} pages are in packets that nobody reads", 2 * state.kept));
    return lines;
}

std::string verdict(const Findings &findings) {
    if (findings.progress())
        return "pass";
    if (findings.trace.empty())
        return "lost from the start";
    return fmt::format("{} after {} steps", findings.stuck ? "stuck" : "lost",
                       findings.trace.size());
}

} // namespace netswap::model
