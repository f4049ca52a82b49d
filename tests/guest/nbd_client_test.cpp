// SPDX-License-Identifier: GPL-2.0
// What nbd-client's -swap and -persist really do (docs/nbd-client.md). The console log of the
// run has a line "seen:" for each.
#include "lib/text.h"
#include "live/process_audit.h"
#include "nbd_lab.h"
#include "skip.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr const char *device = "/dev/nbd1";

std::vector<std::string> connect_with(std::initializer_list<const char *> more) {
    std::vector<std::string> words{LabServer::address, LabServer::port, device, "-b", "4096"};
    for (const auto *word : more)
        words.emplace_back(word);
    return words;
}

struct Connected {
    explicit Connected(std::initializer_list<const char *> more) {
        const auto said = run_client(connect_with(more));
        INFO((said ? *said : said.error().message));
        REQUIRE(said.has_value());
        REQUIRE(readable_within(device, 10));
    }
    Connected(const Connected &) = delete;
    Connected &operator=(const Connected &) = delete;
    ~Connected() { clear_client(); }
};

LabServer server() {
    auto started = LabServer::start();
    INFO((started ? "" : started.error().message));
    REQUIRE(started.has_value());
    return std::move(*started);
}

/// One line for each nbd-client there is.
std::vector<live::ProcessAudit> clients(const std::string &how) {
    std::vector<live::ProcessAudit> audits;
    for (const int pid : processes_named("nbd-client"))
        if (const auto audit = live::audit_process(live::Paths(), pid))
            audits.push_back(*audit);
    if (audits.empty())
        log_seen("nbd-client " + how + ": no process stays");
    for (const auto &audit : audits)
        log_seen(fmt::format("nbd-client {}: process {}: VmLck {} kB of VmRSS {} kB, "
                             "oom_score_adj {}, IO_FLUSHER {}",
                             how, audit.pid, audit.locked_kb, audit.rss_kb, audit.oom_score_adj,
                             audit.unflagged(live::known_flusher_flags).empty() ? "yes" : "no"));
    return audits;
}

/// The server is killed and comes back: is the device readable again?
bool comes_back(const std::string &how) {
    auto first = std::make_optional(server());
    auto words = connect_with({});
    for (const auto word : split(how, ' '))
        words.emplace_back(word);
    const auto said = run_client(words);
    INFO((said ? *said : said.error().message));
    REQUIRE(said.has_value());
    REQUIRE(readable_within(device, 10));
    clients(how + ", before");
    first.reset();
    ::usleep(1'000'000);
    const auto second = server();
    clients(how + ", server killed and back");
    const bool back = readable_within(device, 20);
    log_seen(fmt::format("nbd-client {}: server killed and back after 1 s: the device {} within "
                         "20 s",
                         how, back ? "can be read again" : "fails all reads"));
    clear_client();
    return back;
}

} // namespace

TEST_CASE("nbd-client -swap in its default mode leaves nothing that could be protected") {
    if (!have_server())
        return skip(no_server);
    const auto nbdkit = server();
    const Connected nbd({"-swap"});
    ::usleep(500'000);
    CHECK(clients("-swap").empty());
}

TEST_CASE("nbd-client -nonetlink -swap is spared, and has lost its lock") {
    if (!have_server())
        return skip(no_server);
    const auto nbdkit = server();
    const Connected nbd({"-nonetlink", "-swap"});
    ::usleep(500'000);
    const auto audits = clients("-nonetlink -swap");
    REQUIRE_FALSE(audits.empty());
    for (const auto &audit : audits) {
        CHECK(audit.locked_kb == 0);
        CHECK(audit.oom_score_adj == -1000);
        CHECK_FALSE(audit.unflagged(live::known_flusher_flags).empty());
    }
}

TEST_CASE("nbd-client -nonetlink -nofork -swap keeps its lock") {
    if (!have_server())
        return skip(no_server);
    const auto nbdkit = server();
    auto words = connect_with({"-nonetlink", "-nofork", "-swap"});
    const auto client = start_client(words);
    REQUIRE(client.has_value());
    REQUIRE(readable_within(device, 10));
    const auto audits = clients("-nonetlink -nofork -swap");
    const auto held = std::count_if(audits.begin(), audits.end(), [&](const auto &audit) {
        return audit.pid == client->pid() && audit.locked();
    });
    clear_client();
    CHECK(held == 1);
}

TEST_CASE("nbd-client -persist in its default mode does not reconnect") {
    if (!have_server())
        return skip(no_server);
    CHECK_FALSE(comes_back("-persist"));
}

TEST_CASE("nbd-client -nonetlink -persist does not reconnect either") {
    if (!have_server())
        return skip(no_server);
    CHECK_FALSE(comes_back("-nonetlink -persist"));
}
