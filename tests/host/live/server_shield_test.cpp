// SPDX-License-Identifier: GPL-2.0
#include "live/server_shield.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/text.h"
#include "live/server_process.h"
#include "temporary_directory.h"

using namespace netswap;
using namespace netswap::live;

namespace {

class FakeCalls : public ShieldCalls {
  public:
    int unlimited_memlock() override { return memlock; }
    int io_flusher() override { return flusher; }
    int memlock = 0;
    int flusher = 0;
};

/// Files only: a real cgroup makes its own files when the directory is made.
class ServerShield : public ::testing::Test {
  protected:
    ServerShield() {
        put("proc/self/oom_score_adj", "0");
        put("proc/self/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n");
        put("proc/self/cgroup", "0::/system.slice/vram.service\n");
        put("sys/fs/cgroup/cgroup.subtree_control", "");
        put(own + "/cgroup.procs", std::to_string(::getpid()) + "\n");
        put(own + "/memory.swap.max", "max\n");
    }
    void put(const std::string &path, const std::string &text) {
        const auto file = std::filesystem::path(directory_.path()) / path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    std::string get(const std::string &path) {
        return read_file(directory_.path() + "/" + path).value_or("(none)");
    }
    Shield raise() { return raise_shield(Paths(directory_.path()), calls_); }

    const std::string own = "sys/fs/cgroup/system.slice/vram.service";
    TemporaryDirectory directory_;
    FakeCalls calls_;
};

ServerStart started(std::vector<std::string> argv, std::string cgroup_procs = "") {
    ServerStart start;
    start.argv = std::move(argv);
    start.cgroup_procs = std::move(cgroup_procs);
    return start;
}

} // namespace

TEST_F(ServerShield, SparesFromOomAndKeepsAUnitOfItsOwnOutOfSwap) {
    const auto shield = raise();
    EXPECT_TRUE(shield.missing.empty()) << join(shield.missing, "\n");
    EXPECT_EQ(get("proc/self/oom_score_adj"), "-1000");
    EXPECT_EQ(get(own + "/memory.swap.max").substr(0, 1), "0");
    EXPECT_TRUE(shield.cgroup.empty());
    EXPECT_TRUE(shield.may_lock);
    EXPECT_FALSE(shield.must_lock);
}

TEST_F(ServerShield, NeverTakesSwapFromOthersInTheSameCgroup) {
    put(own + "/cgroup.procs", "1\n" + std::to_string(::getpid()) + "\n");
    const auto shield = raise();
    EXPECT_EQ(get(own + "/memory.swap.max"), "max\n");
    // The new directory of the fake has no memory.swap.max, like a kernel without memcg.
    EXPECT_TRUE(shield.missing.empty());
    EXPECT_TRUE(shield.must_lock);
    EXPECT_FALSE(shield.cgroup_is_ours);
    for (const auto &entry :
         std::filesystem::directory_iterator(directory_.path() + "/sys/fs/cgroup"))
        EXPECT_EQ(entry.path().filename().string().find("netswap-run"), std::string::npos);
}

TEST_F(ServerShield, IsContentWithACgroupThatMayNotSwapAlready) {
    put("sys/fs/cgroup/system.slice/memory.swap.max", "0\n");
    put(own + "/cgroup.procs", "1\n");
    EXPECT_TRUE(raise().missing.empty());
}

TEST_F(ServerShield, NamesEachThingThatIsMissing) {
    calls_.memlock = calls_.flusher = EPERM;
    std::filesystem::remove(directory_.path() + "/proc/self/oom_score_adj");
    put("proc/self/mounts", "");
    const auto shield = raise();
    ASSERT_EQ(shield.missing.size(), 4U);
    EXPECT_FALSE(shield.may_lock);
    EXPECT_EQ(shield.missing[0], "RLIMIT_MEMLOCK unlimited: Operation not permitted; the server's "
                                 "memory cannot be locked (run as root)");
    EXPECT_EQ(shield.missing[3].find("cgroup without swap: no cgroup version 2 is mounted"), 0U);
}

TEST(ShieldGaps, AreOneLine) {
    ProcessAudit audit;
    audit.pid = 7;
    audit.name = "server";
    audit.rss_kb = 100;
    audit.threads = {{7, "server", known_flusher_flags}, {8, "worker", 0}};
    EXPECT_EQ(shield_gaps(audit, known_flusher_flags),
              "server (7): no IO_FLUSHER in worker (8); 0 of 100 KiB locked and its cgroup may "
              "swap; oom_score_adj 0");
    audit.threads.pop_back();
    audit.locked_kb = 100;
    audit.oom_score_adj = -1000;
    EXPECT_EQ(shield_gaps(audit, known_flusher_flags), "");
}

TEST(ServerProcess, ForwardsSignalsAndPassesTheExitCodeOn) {
    auto server = ServerProcess::start(
        started({"sh", "-c", "trap 'exit 9' TERM; while :; do sleep 0.05; done"}));
    ASSERT_TRUE(server);
    const auto self = ::getpid();
    bool settled = false;
    std::jthread sender;
    const int status = server->wait(200, [&] {
        settled = true;
        sender = std::jthread([self] { ::kill(self, SIGTERM); });
    });
    EXPECT_TRUE(settled);
    EXPECT_EQ(exit_code_of(status), 9);
}

TEST(ServerProcess, SaysWhatCannotBeStarted) {
    const auto none = ServerProcess::start(started({"no-such-server"}));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, exit_host);
    EXPECT_EQ(none.error().message, "no-such-server: not found; install it or correct PATH");
    const auto cgroup = ServerProcess::start(started({"true"}, "/nowhere/cgroup.procs"));
    ASSERT_FALSE(cgroup);
    EXPECT_EQ(cgroup.error().message, "/nowhere/cgroup.procs: No such file or directory");
}

TEST(ServerProcess, EndsByASignalAsShellsSayIt) {
    auto server = ServerProcess::start(started({"sh", "-c", "kill -KILL $$"}));
    ASSERT_TRUE(server);
    EXPECT_EQ(exit_code_of(server->wait(1000, [] {})), 128 + SIGKILL);
}

/// In a process of its own that may not be traced, for nothing undoes that.
int exit_code_without_ptrace(bool must_lock) {
    const auto pid = ::fork();
    if (pid == 0) {
        ::alarm(20);
        sock_filter rules[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const sock_fprog program{std::size(rules), rules};
        if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
            ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
            ::_exit(77);
        auto start = started({"sh", "-c", "exit 5"});
        start.lock = true;
        start.must_lock = must_lock;
        auto server = ServerProcess::start(start);
        if (!server)
            ::_exit(server.error().message == "locking the memory of sh: Operation not permitted"
                        ? 6
                        : 1);
        ::_exit(server->lock_error() == EPERM ? exit_code_of(server->wait(1000, [] {})) : 2);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return exit_code_of(status);
}

TEST(ServerProcess, RunsUnlockedOrNotAtAllWhereItCannotBeTraced) {
    const int without = exit_code_without_ptrace(false);
    if (without == 77)
        GTEST_SKIP() << "no seccomp";
    EXPECT_EQ(without, 5);
    EXPECT_EQ(exit_code_without_ptrace(true), 6);
}

TEST(ServerProcess, IsLockedBeforeItsFirstInstruction) {
    auto start = started({"sleep", "0.5"});
    start.lock = true;
    auto server = ServerProcess::start(start);
    ASSERT_TRUE(server) << server.error().message;
    if (server->lock_error() == EPERM || server->lock_error() == ENOMEM ||
        server->lock_error() == ENOSYS)
        GTEST_SKIP() << "not permitted to lock memory or to trace";
    EXPECT_EQ(server->lock_error(), 0);
    bool locked = false;
    const int status = server->wait(200, [&] {
        const auto audit = audit_process(Paths(), server->pid());
        locked = audit && audit->locked();
    });
    EXPECT_TRUE(locked);
    EXPECT_EQ(exit_code_of(status), 0); // and it runs as it would have
}
