// SPDX-License-Identifier: GPL-2.0
#include "guest/area.h"

#include "guest/clock.h"
#include "guest/live_view.h"
#include "guest/process.h"
#include "guest/sysfile.h"
#include "lib/proc_parse.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace netswap::guest {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char *program = "/bin/netswap";
constexpr auto status_limit = 20s;
constexpr auto down_limit = 60s;

void send_json(Channel &channel, const json &message) {
    channel.send(message.dump(-1, ' ', false, json::error_handler_t::replace));
}

double seconds(std::uint64_t ns) {
    return static_cast<double>(ns) / 1e9;
}

/// The ring of the page, oldest first.
json recoveries(const live::LivePage &page) {
    auto list = json::array();
    const std::uint64_t count = page.recoveries;
    const std::uint64_t kept = std::min<std::uint64_t>(count, page.recovery_ns.size());
    for (auto i = count - kept; i < count; ++i)
        list.push_back(seconds(page.recovery_ns[i % page.recovery_ns.size()]));
    return list;
}

} // namespace

Result<void> area_up(const Config &config, std::chrono::milliseconds limit) {
    std::vector<std::string> argv{program,
                                  "up",
                                  "nbd://" + config.server + ":" + std::to_string(config.port) +
                                      "/" + config.export_name,
                                  "--name",
                                  area_name,
                                  "--conns",
                                  std::to_string(config.conns),
                                  "--size",
                                  std::to_string(config.swap_mib << 20),
                                  "--prio",
                                  "32767",
                                  "--reserve",
                                  "keep",
                                  "--guard",
                                  "never"};
    if (config.io_timeout_s >= 0)
        argv.insert(argv.end(), {"--timeout", std::to_string(config.io_timeout_s)});
    const auto said = run_to_end(argv, limit);
    return said ? Result<void>{} : with_context(said.error(), "setting the swap area up");
}

Result<void> send_area_status(Channel &channel) {
    const auto said = run_to_end({program, "status", "--json"}, status_limit);
    if (!said)
        return with_context(said.error(), "asking for the status");
    const auto status = json::parse(*said, nullptr, false);
    if (status.is_discarded())
        return fail("netswap status --json wrote no JSON: " + said->substr(0, 200));
    send_json(channel, {{"type", "status"}, {"status", status}});
    return {};
}

Result<void> send_daemon_report(Channel &channel) {
    const auto page = LiveView::open();
    if (!page)
        return tl::unexpected(page.error());
    const auto &live = **page;
    const int pid = live.pid;
    const auto status = read_text("/proc/" + std::to_string(pid) + "/status");
    if (!status)
        return fail("netswapd (pid " + std::to_string(pid) + ") does not run at the end");
    const auto memory = [&](const char *key) { return parse_meminfo(*status, key).value_or(0); };
    send_json(channel, {{"type", "daemon_report"},
                        {"pid", pid},
                        {"rss_kb", memory("VmRSS")},
                        {"locked_kb", memory("VmLck")},
                        {"peak_kb", memory("VmHWM")},
                        {"mlocked", live.locked == 1},
                        {"adoptions", live.adoptions.load()},
                        {"reconnects", live.reconnects.load()},
                        {"attempts_failed", live.attempts_failed.load()},
                        {"link_dead_events", live.link_dead_events.load()},
                        {"heap_calls", live.heap_calls.load()},
                        {"last_recovery_s", seconds(live.last_recovery_ns)},
                        {"worst_recovery_s", seconds(live.worst_recovery_ns)},
                        {"recoveries_s", recoveries(live)}});
    return {};
}

Result<void> area_down(Channel &channel) {
    const auto start = monotonic_ns();
    const auto done = run_to_end({program, "down", area_name}, down_limit);
    send_json(channel, {{"type", "down"},
                        {"ok", done.has_value()},
                        {"seconds", seconds(monotonic_ns() - start)},
                        {"message", done ? "" : done.error().message}});
    return done ? Result<void>{} : with_context(done.error(), "taking the swap area down");
}

} // namespace netswap::guest
