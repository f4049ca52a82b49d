// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <filesystem>

#include "lib/text.h"
#include "live/area_state.h"
#include "live/reserve_ledger.h"
#include "live/view/keeper_view.h"
#include "target.h"
#include "targets.h"
#include "tests/host/temporary_directory.h"

namespace netswap::fuzz {

void area_state(std::string_view input) {
    const auto state = live::parse_area_state(input, "demo.json");
    if (!clear(state))
        return;
    const auto text = live::area_state_json(*state);
    const auto again = live::parse_area_state(text, "demo.json");
    require(again && live::area_state_json(*again) == text, "a state is not read as written");
}

void ledger(std::string_view input) {
    const auto ledger = live::parse_ledger(input, "min_free");
    if (clear(ledger))
        require(ledger->need_kb() >= 0, "a need below zero");
}

/// The file is made anew for each input, in a directory of its own.
void live_page(std::string_view input) {
    static const TemporaryDirectory directory;
    const live::Paths paths(directory.path());
    std::filesystem::create_directories(paths.run());
    require(write_file(paths.run("demo.live"), input).has_value(), "no file");
    const auto view = live::read_keeper(paths, "demo");
    require(view.presence != live::KeeperPresence::running, "nobody keeps it");
    require((view.presence == live::KeeperPresence::damaged) == !view.problem.empty(),
            "damage without a word, or the other way round");
    require(view.local_ports.size() <= live::max_conns, "more ports than connections");
    for (const auto *word : {live::to_string(view.state), live::to_string(view.grant)})
        require(*word != '\0', "a state without a word");
    require(std::all_of(view.last_error.begin(), view.last_error.end(),
                        [](char c) { return c >= ' ' && c <= '~'; }),
            "an error that is no text");
}

} // namespace netswap::fuzz
