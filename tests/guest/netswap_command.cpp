// SPDX-License-Identifier: GPL-2.0
#include "netswap_command.h"

#include <sys/wait.h>
#include <unistd.h>

namespace netswap::guest {

namespace {

constexpr auto silence = std::chrono::seconds(30);
constexpr uid_t nobody = 65534;

Outcome follow(Result<Child> child) {
    Outcome outcome;
    if (!child) {
        outcome.text = child.error().message;
        return outcome;
    }
    const auto end = child->follow(
        silence, [&](std::string_view line) { outcome.text.append(line).push_back('\n'); });
    if (!end.timed_out && WIFEXITED(end.status))
        outcome.code = WEXITSTATUS(end.status);
    return outcome;
}

} // namespace

Outcome run_command(const std::vector<std::string> &words) {
    return follow(Child::run(words));
}

Outcome netswap_does(std::vector<std::string> words) {
    words.insert(words.begin(), netswap_program);
    return run_command(words);
}

Outcome nobody_does(std::vector<std::string> words) {
    words.insert(words.begin(), netswap_program);
    return follow(Child::run(words, [] { return ::setgid(nobody) == 0 && ::setuid(nobody) == 0; }));
}

} // namespace netswap::guest
