// SPDX-License-Identifier: GPL-2.0
#include "matrix/shrinker.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/storm_setting.h"
#include "lib/text.h"

namespace netswap {

Result<ShrinkOutcome> Shrinker::search(const StormArguments &start) {
    auto first = canonical(start);
    if (!first)
        return tl::unexpected(first.error());
    outcome_.smallest = *first;
    outcome_.hangs = attempt("as given", *first);
    while (outcome_.hangs && !over()) {
        const auto before = storm_command(outcome_.smallest);
        for (const auto &reduction : list_reductions())
            reduce(reduction);
        for (const auto &reduction : number_reductions())
            reduce(reduction);
        if (!over() && storm_command(outcome_.smallest) == before) {
            outcome_.finished = true;
            break;
        }
    }
    if (error_)
        return tl::unexpected(*error_);
    outcome_.finished = outcome_.finished || (!outcome_.hangs && !stopped_);
    return outcome_;
}

bool Shrinker::attempt(const std::string &change, const StormArguments &candidate) {
    if (over())
        return false;
    const auto scenario = canonical(candidate);
    if (!scenario)
        return false; // the storm refuses it: less of this is not to be had
    const auto command = storm_command(*scenario);
    ShrinkStep step;
    step.change = change;
    auto it = known_.find(command);
    step.known = it != known_.end();
    if (!step.known) {
        Decision decision;
        decide(step, decision, *scenario);
        if (over())
            return false;
        outcome_.candidates++;
        it = known_.emplace(command, std::move(decision)).first;
    }
    step.kept = it->second.hangs;
    if (step.kept) {
        outcome_.smallest = *scenario;
        outcome_.hang = it->second.hang;
    }
    observer_(step);
    return step.kept;
}

void Shrinker::decide(ShrinkStep &step, Decision &decision, const StormArguments &candidate) {
    while (step.made < rules_.runs && step.hung < rules_.at_least &&
           step.hung + rules_.runs - step.made >= rules_.at_least) {
        auto record = runner_.run(candidate, step.made);
        if (!record) {
            error_ = record.error();
            return;
        }
        if (!*record) {
            stopped_ = true;
            return;
        }
        step.made++;
        outcome_.runs++;
        if ((*record)->verdict == Verdict::hang) {
            step.hung++;
            decision.hang = std::move(**record);
        } else {
            step.others[(*record)->verdict]++;
        }
    }
    decision.hangs = step.hung >= rules_.at_least;
}

void Shrinker::reduce(const ListReduction &reduction) {
    auto items = reduction.get(outcome_.smallest);
    for (auto chunk = items.size(); chunk > 0 && !items.empty() && !over(); chunk /= 2) {
        for (std::size_t at = 0; at < items.size() && !over();) {
            auto fewer = items;
            const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            const auto last =
                fewer.begin() + static_cast<std::ptrdiff_t>(std::min(at + chunk, items.size()));
            const auto gone = join({first, last}, ", ");
            fewer.erase(first, last);
            auto candidate = outcome_.smallest;
            reduction.set(candidate, fewer);
            if (attempt(fmt::format("without {} {}", reduction.what, gone), candidate))
                items = std::move(fewer); // what followed now stands at `at`
            else
                at += chunk;
        }
    }
}

void Shrinker::reduce(const NumberReduction &reduction) {
    const auto plan = plan_storm(outcome_.smallest);
    if (!plan)
        return;
    auto hangs = reduction.get(*plan);
    const auto smaller = [&](std::int64_t number) {
        auto candidate = outcome_.smallest;
        reduction.set(candidate, number);
        const bool kept = attempt(fmt::format("{} {}{} -> {}{}", reduction.what, hangs,
                                              reduction.unit, number, reduction.unit),
                                  candidate);
        if (kept)
            hangs = number;
        return kept;
    };
    if (hangs <= reduction.least || smaller(reduction.least))
        return;
    auto passes = reduction.least;
    // A step of an eighth is as fine as is worth its runs.
    while (!over() && hangs - passes > std::max(reduction.step, hangs / 8)) {
        auto middle = passes + (hangs - passes) / 2;
        middle -= middle % reduction.step;
        if (middle <= passes || middle >= hangs)
            break;
        if (!smaller(middle))
            passes = middle;
    }
}

} // namespace netswap
