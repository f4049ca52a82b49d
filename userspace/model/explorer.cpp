// SPDX-License-Identifier: GPL-2.0
#include "model/explorer.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include <fmt/format.h>

namespace netswap::model {

Result<Findings> Explorer::explore(std::size_t limit) {
    Findings findings;
    states_ = {};
    states_.add(pack(world_.start()));
    parents_ = {0};

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
        if (states_.add(pack(step.next)).second)
            parents_.push_back(index);
    });
    findings.losing += loses;
    findings.share_taken += state.free + state.charged() < world_.sizes().receive_share();
    return moves;
}

/// For each state: can a completion be reached by steps of the system? Backwards from all of them,
/// along a list of steps that is sorted by where they lead.
std::vector<std::uint8_t> Explorer::live_states() const {
    std::vector<std::pair<Index, Index>> steps; // to, from
    std::vector<Index> first(states_.size() + 1, 0);
    std::vector<std::uint8_t> live(states_.size(), 0);
    std::vector<Index> queue;
    for (Index index = 0; index < states_.size(); index++) {
        world_.each_step(unpack(states_[index]), [&](const Step &step) {
            if (step.mover == Mover::environment)
                return;
            const auto to = states_.at(pack(step.next));
            steps.emplace_back(to, index);
            first[to + 1]++;
            if (!step.completes || live[index])
                return;
            live[index] = 1;
            queue.push_back(index);
        });
    }
    std::partial_sum(first.begin(), first.end(), first.begin());
    std::vector<Index> before(steps.size());
    auto next = first;
    for (const auto &[to, from] : steps)
        before[next[to]++] = from;

    while (!queue.empty()) {
        const auto index = queue.back();
        queue.pop_back();
        for (auto i = first[index]; i < first[index + 1]; i++) {
            if (live[before[i]])
                continue;
            live[before[i]] = 1;
            queue.push_back(before[i]);
        }
    }
    return live;
}

bool Explorer::completes_from(const State &state) const {
    KeyIndex seen;
    seen.add(pack(state));
    bool completes = false;
    for (Index index = 0; index < seen.size() && !completes; index++) {
        world_.each_step(unpack(seen[index]), [&](const Step &step) {
            if (step.mover == Mover::environment)
                return;
            completes |= step.completes;
            seen.add(pack(step.next));
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
