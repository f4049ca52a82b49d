// SPDX-License-Identifier: GPL-2.0
// A machine made of files that has nothing wrong with it; a test breaks one thing.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "live/doctor/checks.h"
#include "live/fake_machine_tree.h"
#include "live/live_page.h"
#include "temporary_directory.h"

namespace netswap::live::doctor {

class FakeOutside : public Outside {
  public:
    Result<Route> route_to(const std::string &host) override {
        const auto found = routes.find(host);
        if (found == routes.end())
            return fail(host + ": Name or service not known", exit_bad_input);
        return found->second;
    }
    std::vector<std::string> own_addresses() override { return {"127.0.0.1", "192.0.2.5"}; }
    std::optional<std::uint64_t> unix_peer(std::uint64_t inode) override {
        const auto found = peers.find(inode);
        return found == peers.end() ? std::nullopt : std::optional(found->second);
    }
    LinkProbe &links() override { return links_; }
    std::uint64_t flusher_flags() override { return known_flusher_flags; }

    std::map<std::string, Route> routes{{"192.0.2.1", {"192.0.2.1", "eth0", 1500}},
                                        {"192.0.2.5", {"192.0.2.5", "lo", 65536}},
                                        {"server", {"192.0.2.1", "eth0", 1500}}};
    std::map<std::uint64_t, std::uint64_t> peers;
    FakeLinks links_;
};

class DoctorTest : public ::testing::Test {
  protected:
    static constexpr std::uint64_t other_flag = 0x400000;

    DoctorTest() {
        put("proc/sys/kernel/osrelease", "6.12.90-cloud-amd64\n");
        put("proc/sys/vm/min_free_kbytes", "65536\n");
        put("proc/sys/vm/watermark_boost_factor", "15000\n");
        put("proc/zoneinfo", small_zoneinfo);
        outside_.links_.routes["192.0.2.1"] = "eth0";
        put("proc/self/mounts", "/dev/vda1 / ext4 rw 0 0\n");
        put("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
        put("sys/devices/system/cpu/cpu0/online", "1");
        put("sys/devices/system/cpu/cpu1/online", "1");
        put("sys/devices/system/cpu/cpufreq/none", "");
        std::filesystem::create_directories(root() + "/run");
        nic("eth0", "igb");
        swaps("");
    }

    std::string root() const { return directory_.path(); }
    void put(const std::string &path, const std::string &text) {
        const auto file = std::filesystem::path(root()) / path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
    }
    void link(const std::string &path, const std::string &target) {
        const auto file = std::filesystem::path(root()) / path;
        std::filesystem::create_directories(file.parent_path());
        std::filesystem::remove(file);
        std::filesystem::create_symlink(target, file);
    }
    void nic(const std::string &name, const std::string &driver, int mtu = 1500) {
        const auto base = "sys/class/net/" + name;
        put(base + "/mtu", std::to_string(mtu) + "\n");
        put(base + "/queues/rx-0/rps_cpus", "0");
        put(base + "/queues/tx-0/xps_cpus", "0");
        link(base + "/device/driver", "../../../bus/pci/drivers/" + driver);
    }
    void swaps(const std::string &lines) {
        put("proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n" + lines);
    }
    /// An active area on nbd0.
    void swap_on_nbd() {
        link("sys/class/block/nbd0", "../../devices/virtual/block/nbd0");
        swaps("/dev/nbd0                               partition\t1048572\t\t0\t\t-2\n");
    }
    /// The same, brought up by netswap.
    AreaState own_area() {
        swap_on_nbd();
        AreaState state;
        state.name = "swap0";
        state.device = "/dev/nbd0";
        state.addresses = {{AF_INET, "192.0.2.1", 10809}};
        state.timeout_s = 10;
        state.dead_conn_timeout_s = 10ULL * 365 * 24 * 3600;
        EXPECT_TRUE(write_area_state(paths(), state));
        return state;
    }
    void hook(const std::string &who) {
        put("sys/kernel/memreserve/policy", "mainline\n");
        for (const std::string group : {"gfp", "slab", "sock", "throttle", "refill"})
            put("sys/kernel/memreserve/" + group, who + "\n");
    }
    /// A process with one thread.
    void process(int pid, const std::string &name, std::uint64_t flags, int locked_kb,
                 int oom_score_adj, const std::string &arguments = "") {
        const auto base = "proc/" + std::to_string(pid);
        put(base + "/comm", name + "\n");
        put(base + "/cmdline", arguments);
        put(base + "/status", "Name:\t" + name + "\nVmLck:\t" + std::to_string(locked_kb) +
                                  " kB\nVmRSS:\t    1000 kB\nVmSwap:\t       0 kB\n");
        put(base + "/oom_score_adj", std::to_string(oom_score_adj) + "\n");
        thread(pid, pid, name, flags);
    }
    void thread(int pid, int tid, const std::string &name, std::uint64_t flags) {
        const auto base = "proc/" + std::to_string(pid) + "/task/" + std::to_string(tid);
        put(base + "/comm", name + "\n");
        put(base + "/stat", std::to_string(tid) + " (" + name + ") S 1 1 1 0 -1 " +
                                std::to_string(flags) + " 0 0 0 0\n");
    }
    void holds_socket(int pid, int fd, int inode) {
        link("proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd),
             "socket:[" + std::to_string(inode) + "]");
    }
    Paths paths() const { return Paths(root()); }

    Findings diagnose(const std::string &server = "") {
        const auto machine = examine(paths(), outside_, server);
        EXPECT_TRUE(machine) << (machine ? "" : machine.error().message);
        return machine ? check_all(*machine) : Findings{};
    }
    /// The worst finding of this id: its severity, or nothing.
    std::optional<Severity> severity(const std::string &id, const std::string &server = "") {
        std::optional<Severity> found;
        for (const auto &finding : diagnose(server))
            if (finding.id == id)
                found = std::max(found.value_or(Severity::ok), finding.severity);
        return found;
    }
    std::string found_text(const std::string &id) {
        for (const auto &finding : diagnose())
            if (finding.id == id)
                return finding.found;
        return "(no " + id + ")";
    }

    TemporaryDirectory directory_;
    FakeOutside outside_;
};

} // namespace netswap::live::doctor
