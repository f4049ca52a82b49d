// SPDX-License-Identifier: GPL-2.0
#include "lib/replayer.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/text.h"

namespace netswap {

namespace {

constexpr double look_every_s = 1;

std::string_view line_at(std::string_view text, std::size_t at) {
    const auto begin = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    text.remove_prefix(begin == std::string_view::npos ? 0 : begin + 1);
    return trim(text.substr(0, text.find('\n')));
}

} // namespace

std::string first_difference(std::string_view expected, std::string_view got) {
    const auto common =
        std::mismatch(expected.begin(), expected.end(), got.begin(), got.end()).first;
    const auto at = static_cast<std::size_t>(common - expected.begin());
    if (at == expected.size() && at == got.size())
        return "";
    const auto line = std::count(expected.begin(), common, '\n') + 1;
    const auto show = [&](std::string_view text) {
        return at < text.size() ? fmt::format("'{}'", line_at(text, at)) : std::string("its end");
    };
    return fmt::format("line {}: {} instead of {}", line, show(got), show(expected));
}

ReplayOutcome Replayer::run() {
    const double start = clock_.now();
    double look_at = start;
    moved_at_ = start;
    while (!over_) {
        take(machine_.wait(look_every_s));
        if (const double now = clock_.now(); !over_ && now >= look_at) {
            look(now);
            look_at = now + look_every_s;
        }
    }
    machine_.stop();
    for (MachineEvent event; (event = machine_.wait(0)).kind != MachineEvent::Kind::time_out;)
        if (event.kind != MachineEvent::Kind::machine_end)
            take(event);
    outcome_.seconds = clock_.now() - start;
    compare();
    return std::move(outcome_);
}

void Replayer::take(const MachineEvent &event) {
    // What was said before is known to be the same.
    const auto goes_on = [&](const std::string &recorded, std::string &said,
                             const std::string &text) {
        over_ = over_ ||
                recorded.compare(std::min(said.size(), recorded.size()), text.size(), text) != 0;
        said += text;
    };
    switch (event.kind) {
    case MachineEvent::Kind::console:
        goes_on(recorded_.console, outcome_.said.console, event.text);
        break;
    case MachineEvent::Kind::channel_line:
        goes_on(recorded_.channel, outcome_.said.channel, event.text + "\n");
        break;
    case MachineEvent::Kind::machine_end:
        outcome_.difference = "QEMU ended: " + event.text;
        over_ = true;
        break;
    case MachineEvent::Kind::server_end:
    case MachineEvent::Kind::time_out:
        break;
    }
}

void Replayer::look(double now) {
    if (const auto count = machine_.instructions()) {
        if (*count != outcome_.instructions)
            moved_at_ = now;
        outcome_.instructions = *count;
        if (options_.progress)
            options_.progress(*count);
    }
    if (options_.debugged)
        return;
    // QEMU stands at its last event, but not if that was to come while the guest was idle.
    const bool at_end = options_.all > 0 && outcome_.instructions >= options_.all;
    if (machine_.paused() || (at_end && all_was_said())) {
        over_ = true;
    } else if (now - moved_at_ >= options_.still_s) {
        outcome_.difference = fmt::format("no instruction for {:.0f} s", now - moved_at_);
        over_ = true;
    }
}

bool Replayer::all_was_said() const {
    return outcome_.said.console.size() >= recorded_.console.size() &&
           outcome_.said.channel.size() >= recorded_.channel.size();
}

void Replayer::compare() {
    const auto differs = [&](std::string_view what, std::string_view recorded,
                             std::string_view said) {
        const auto where = first_difference(recorded, said);
        if (where.empty())
            return false;
        outcome_.difference += fmt::format("{}the {} differs in {}",
                                           outcome_.difference.empty() ? "" : "; ", what, where);
        return true;
    };
    const bool console = differs("console", recorded_.console, outcome_.said.console);
    const bool channel = differs("channel", recorded_.channel, outcome_.said.channel);
    // How QEMU ends does not matter where all was said.
    outcome_.same = !console && !channel;
    if (outcome_.same)
        outcome_.difference.clear();
}

} // namespace netswap
