// SPDX-License-Identifier: GPL-2.0
#include "guest/messages.h"

#include "guest/clock.h"

#include <cinttypes>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace netswap::guest {
namespace {

using nlohmann::json;

constexpr std::size_t text_limit = 8000;

/// One line; bytes that are not UTF-8 (a kernel log has any) are replaced.
void send_json(Channel &channel, const json &message) {
    channel.send(message.dump(-1, ' ', false, json::error_handler_t::replace));
}

const char *name(Outcome outcome) {
    switch (outcome) {
    case Outcome::pass:
        return "pass";
    case Outcome::oom:
        return "oom";
    case Outcome::corrupt:
        return "corrupt";
    case Outcome::error:
        break;
    }
    return "error";
}

} // namespace

void send_hello(Channel &channel, std::string_view release) {
    send_json(channel, {{"type", "hello"}, {"agent", agent_version}, {"release", release}});
}

void send_phase(Channel &channel, std::string_view phase) {
    char line[160];
    const auto ms = monotonic_ns() / 1'000'000U;
    const int size = std::snprintf(
        line, sizeof line, R"({"type":"phase","phase":"%.*s","t":%)" PRIu64 ".%03" PRIu64 "}",
        static_cast<int>(phase.size()), phase.data(), ms / 1000, ms % 1000);
    if (size > 0 && static_cast<std::size_t>(size) < sizeof line)
        channel.send({line, static_cast<std::size_t>(size)});
}

void send_test(Channel &channel, const TestResult &test) {
    send_json(channel, {{"type", "test"},
                        {"suite", test.suite},
                        {"name", test.name},
                        {"ok", test.ok},
                        {"skip", test.skip},
                        {"detail", test.detail.substr(0, text_limit)}});
}

void send_count(Channel &channel, const Count &count) {
    send_json(channel, {{"type", "count"},
                        {"name", count.name},
                        {"batch", count.batch},
                        {"samples", count.samples},
                        {"min", count.min},
                        {"median", count.median}});
}

void send_verdict(Channel &channel, const Verdict &verdict) {
    send_json(channel, {{"type", "verdict"},
                        {"verdict", name(verdict.outcome)},
                        {"message", verdict.message.substr(0, text_limit)},
                        {"elapsed_s", verdict.elapsed_s}});
}

} // namespace netswap::guest
