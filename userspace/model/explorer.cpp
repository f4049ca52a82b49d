// SPDX-License-Identifier: GPL-2.0
#include "model/explorer.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

namespace netswap::model {

Result<Findings> Explorer::explore(std::size_t limit) {
    Findings findings;
    states_ = {pack(world_.start())};
    parents_ = {0};
    known_ = {{states_[0], 0}};

    std::optional<Index> end;
    for (Index index = 0; index < states_.size() && !end; index++) {
        if (!visit(index, findings) && !completes_from(unpack(states_[index]))) {
            findings.stuck = true;
            end = index;
        }
        if (states_.size() > limit)
            return fail(fmt::format("more than {} states; make the world smaller", limit),
                        exit_bad_input);
    }
    findings.states = states_.size();

    if (!end) {
        const auto live = live_states();
        findings.trapped = static_cast<std::size_t>(std::count(live.begin(), live.end(), 0));
        if (findings.trapped > 0)
            end = static_cast<Index>(std::find(live.begin(), live.end(), 0) - live.begin());
    }
    if (end) {
        findings.trace = trace_to(*end);
        auto lost = findings.trace.size();
        while (lost > 0 &&
               !completes_from(lost > 1 ? findings.trace[lost - 2].next : world_.start()))
            lost--;
        findings.point_of_no_return = lost;
    }
    return findings;
}

bool Explorer::visit(Index index, Findings &findings) {
    const auto state = unpack(states_[index]);
    bool moves = false;
    bool loses = false;
    world_.each_step(state, [&](const Step &step) {
        findings.steps++;
        moves |= step.mover == Mover::system;
        loses |= step.act == Act::ack_lost || step.act == Act::reply_lost;
        const auto key = pack(step.next);
        if (!known_.emplace(key, static_cast<Index>(states_.size())).second)
            return;
        states_.push_back(key);
        parents_.push_back(index);
    });
    findings.losing += loses;
    findings.share_taken += state.free + state.charged() < world_.sizes().receive_share();
    return moves;
}

/// For each state: can a completion be reached by steps of the system? Backwards from all of them.
std::vector<std::uint8_t> Explorer::live_states() const {
    std::vector<std::vector<Index>> before(states_.size());
    std::vector<std::uint8_t> live(states_.size(), 0);
    std::vector<Index> queue;
    for (Index index = 0; index < states_.size(); index++) {
        world_.each_step(unpack(states_[index]), [&](const Step &step) {
            if (step.mover == Mover::environment)
                return;
            before[known_.at(pack(step.next))].push_back(index);
            if (!step.completes || live[index])
                return;
            live[index] = 1;
            queue.push_back(index);
        });
    }
    while (!queue.empty()) {
        const auto index = queue.back();
        queue.pop_back();
        for (const auto previous : before[index]) {
            if (live[previous])
                continue;
            live[previous] = 1;
            queue.push_back(previous);
        }
    }
    return live;
}

bool Explorer::completes_from(const State &state) const {
    std::vector<Key> queue{pack(state)};
    std::unordered_set<Key> seen{queue[0]};
    bool completes = false;
    while (!queue.empty() && !completes) {
        const auto from = unpack(queue.back());
        queue.pop_back();
        world_.each_step(from, [&](const Step &step) {
            if (step.mover == Mover::environment)
                return;
            completes |= step.completes;
            if (const auto key = pack(step.next); seen.insert(key).second)
                queue.push_back(key);
        });
    }
    return completes;
}

std::vector<Step> Explorer::trace_to(Index target) const {
    std::vector<Index> way;
    for (auto index = target; index != 0; index = parents_[index])
        way.push_back(index);
    std::reverse(way.begin(), way.end());

    std::vector<Step> trace;
    Index from = 0;
    for (const auto to : way) {
        std::optional<Step> taken;
        world_.each_step(unpack(states_[from]), [&](const Step &step) {
            if (!taken && pack(step.next) == states_[to])
                taken = step;
        });
        trace.push_back(*taken);
        from = to;
    }
    return trace;
}

} // namespace netswap::model
