// SPDX-License-Identifier: GPL-2.0
// The doctor and `netswap run` on a machine that really swaps to a server of its own.
#include "lib/text.h"
#include "live/doctor/checks.h"
#include "nbd_lab.h"
#include "skip.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>

using namespace netswap;
using namespace netswap::guest;
using namespace netswap::live::doctor;

namespace {

constexpr const char *device = "/dev/nbd1";

/// Swap on nbd1, connected with nbd-client, as long as the object lives.
class Swapping {
  public:
    Swapping() {
        const auto said = run_client({LabServer::address, LabServer::port, device, "-b", "4096"});
        INFO((said ? *said : said.error().message));
        REQUIRE(said.has_value());
        REQUIRE(readable_within(device, 10));
        const auto made = run_to_end({"/bin/busybox", "mkswap", device}, std::chrono::seconds(10));
        INFO((made ? "" : made.error().message));
        REQUIRE(made.has_value());
        REQUIRE(::swapon(device, 0) == 0);
    }
    Swapping(const Swapping &) = delete;
    Swapping &operator=(const Swapping &) = delete;
    ~Swapping() {
        CHECK(::swapoff(device) == 0);
        clear_client();
    }
};

Findings diagnosis() {
    const auto outside = real_outside();
    const auto machine = examine(live::Paths(), *outside, "");
    REQUIRE(machine.has_value());
    return check_all(*machine);
}

const Finding *find(const Findings &all, const std::string &id) {
    for (const auto &finding : all)
        if (finding.id == id)
            return &finding;
    return nullptr;
}

/// Version 2 with a memory controller, where the kernel has it.
bool mount_cgroups() {
    ::mkdir("/sys/fs/cgroup", 0755);
    if (live::cgroup2_mount(live::Paths()).empty())
        ::mount("none", "/sys/fs/cgroup", "cgroup2", 0, nullptr);
    const auto controllers = read_file("/sys/fs/cgroup/cgroup.controllers");
    return controllers && controllers->find("memory") != std::string::npos;
}

} // namespace

TEST_CASE("this kernel's IO_FLUSHER flags are the known ones") {
    CHECK(live::learn_flusher_flags() == live::known_flusher_flags);
}

TEST_CASE("the doctor finds an unprotected server on this host") {
    if (!have_server())
        return skip(no_server);
    auto nbdkit = LabServer::start();
    REQUIRE(nbdkit.has_value());
    const Swapping swap;
    const auto findings = diagnosis();
    INFO(findings_text(findings));
    for (const auto *id : {"server.io_flusher", "server.memory", "server.oom", "swap.keeper"}) {
        INFO(id);
        CHECK(find(findings, id) != nullptr);
    }
    CHECK(worst(findings) == Severity::fatal);
}

TEST_CASE("netswap run protects a server, and the doctor agrees") {
    if (!have_server() || ::access("/bin/netswap", X_OK) != 0)
        return skip(no_server);
    const bool cgroups = mount_cgroups();
    auto nbdkit = LabServer::start({"/bin/netswap", "run", "--"});
    INFO((nbdkit ? "" : nbdkit.error().message));
    REQUIRE(nbdkit.has_value());
    ::usleep(1'500'000);
    const Swapping swap;
    const auto findings = diagnosis();
    INFO(findings_text(findings));
    CHECK(find(findings, "server.io_flusher") == nullptr);
    CHECK(find(findings, "server.memory") == nullptr);
    CHECK(find(findings, "server.oom") == nullptr);
    const auto *server = find(findings, "server");
    REQUIRE(server != nullptr);
    CHECK(server->severity == Severity::ok);
    log_seen(server->found);
    if (cgroups)
        CHECK(server->found.find("no swap for cgroup /netswap-run-") != std::string::npos);
    CHECK(::kill(nbdkit->pid(), 0) == 0);
}

TEST_CASE("netswap run passes SIGTERM and the exit code on") {
    if (::access("/bin/netswap", X_OK) != 0)
        return skip("needs /bin/netswap in the image");
    const bool cgroups = mount_cgroups();
    const std::vector<std::string> run{"/bin/netswap", "run", cgroups ? "--" : "--best-effort"};
    const auto with = [&](const char *script) {
        auto argv = run;
        if (!cgroups)
            argv.emplace_back("--");
        for (const auto *word : {"/bin/busybox", "sh", "-c", script})
            argv.emplace_back(word);
        return Child::run(argv);
    };
    auto seven = with("exit 7");
    REQUIRE(seven.has_value());
    CHECK(WEXITSTATUS(seven->follow(std::chrono::seconds(20), [](auto) {}).status) == 7);

    auto term = with("trap 'exit 9' TERM; echo ready; while :; do /bin/busybox sleep 1; done");
    REQUIRE(term.has_value());
    const auto pid = term->pid();
    const auto end = term->follow(std::chrono::seconds(20), [&](std::string_view line) {
        if (line == "ready")
            ::kill(pid, SIGTERM);
    });
    CHECK(WEXITSTATUS(end.status) == 9);
    if (cgroups)
        CHECK(::access(fmt::format("/sys/fs/cgroup/netswap-run-{}", pid).c_str(), F_OK) != 0);
}
