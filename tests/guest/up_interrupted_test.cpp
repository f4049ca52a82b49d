// SPDX-License-Identifier: GPL-2.0
// netswap up that does not get to its end, at a system call that the test chooses.
#include "skip.h"
#include "up_lab.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <sys/ptrace.h>
#include <sys/wait.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

/// In a child: becomes `netswap up`, with `out` for its words.
[[noreturn]] void become_up(int out) {
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execl(netswap_program, "netswap", "up", uri.c_str(), "--name", "t", "--reserve", "keep",
            "--guard", "never", nullptr);
    ::_exit(127);
}

/// `netswap up`, one system call at a time.
class SteppedUp {
  public:
    SteppedUp() : pid_(::fork()) {
        if (pid_ != 0)
            return;
        const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        become_up(null);
    }
    SteppedUp(const SteppedUp &) = delete;
    SteppedUp &operator=(const SteppedUp &) = delete;
    ~SteppedUp() {
        if (!ended_)
            (void)end(SIGKILL);
    }

    /// Stopped at the first system call at which it is so; false if `up` ends before.
    bool until(const std::function<bool()> &is_so) {
        int status = 0, signal = 0;
        for (bool first = true;; first = false) {
            if (!first && ::ptrace(PTRACE_SYSCALL, pid_, nullptr, signal) != 0)
                return false;
            if (::waitpid(pid_, &status, 0) != pid_ || !WIFSTOPPED(status)) {
                ended_ = true;
                return false;
            }
            if (is_so())
                return true;
            signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        }
    }
    /// Lets it run on with this signal; its status as from waitpid.
    int end(int signal) {
        ::kill(pid_, signal);
        ::ptrace(PTRACE_DETACH, pid_, nullptr, nullptr);
        int status = 0;
        ::waitpid(pid_, &status, 0);
        ended_ = true;
        return status;
    }

  private:
    pid_t pid_;
    bool ended_ = false;
};

bool is_connected() {
    const auto name = read_text("/sys/block/nbd0/backend").value_or("");
    return name.find("netswap:t") != std::string::npos;
}

/// Once it has a device, or swap on it.
void kill_an_up(bool swap) {
    SteppedUp killed;
    REQUIRE(killed.until(swap ? is_swap : is_connected));
    CHECK(WTERMSIG(killed.end(SIGKILL)) == SIGKILL);
}

bool file_there(const std::string &ending) {
    return std::filesystem::exists("/run/netswap/t" + ending);
}

void check_nothing_left() {
    CHECK_FALSE(is_swap());
    CHECK(soon([] { return !is_connected(); }));
    CHECK_FALSE(file_there(".part"));
    CHECK_FALSE(file_there(".json"));
    CHECK(netswap_does({"status", "--interval", "0"}).code == exit_ok);
}

} // namespace

TEST_CASE("an up that is killed once it has a device is cleaned up by down") {
    if (!possible())
        return skip(not_possible);
    const Lab lab;
    for (const bool swap : {false, true}) {
        kill_an_up(swap);
        CHECK(is_connected());
        CHECK(is_swap() == swap);
        CHECK(file_there(".part"));
        CHECK_FALSE(file_there(".json"));
        const auto status = netswap_does({"status", "--interval", "0"});
        INFO(status.text);
        CHECK(status.code == exit_failed);
        CHECK(status.says("its up was interrupted"));
        const auto down = netswap_does({"down", "t"});
        INFO(down.text);
        CHECK(down.code == exit_ok);
        check_nothing_left();
    }
}

TEST_CASE("an up that is killed is cleaned up by the next one") {
    if (!possible())
        return skip(not_possible);
    const Lab lab;
    for (const bool swap : {false, true}) {
        kill_an_up(swap);
        const auto other = netswap_does({"up", uri, "--name", "u", "--reserve", "keep"});
        INFO(other.text);
        CHECK(other.code == exit_bad_input);
        CHECK(other.says("its up was interrupted); netswap down t first"));
        const auto again = up({});
        INFO(again.text);
        CHECK(again.code == exit_ok);
        CHECK(again.says("/dev/nbd0"));
        CHECK_FALSE(file_there(".part"));
        CHECK(netswap_does({"status", "--interval", "0"}).code == exit_ok);
        CHECK(netswap_does({"down", "t"}).code == exit_ok);
        check_nothing_left();
    }
}

TEST_CASE("an up that is told to end undoes what it has done") {
    if (!possible())
        return skip(not_possible);
    const Lab lab;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        SteppedUp told;
        REQUIRE(told.until(signal == SIGTERM ? is_swap : is_connected));
        const auto status = told.end(signal);
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == exit_interrupted);
        check_nothing_left();
    }
}

TEST_CASE("an up whose words nobody reads comes up") {
    if (!possible())
        return skip(not_possible);
    const Lab lab;
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    ::close(ends[0]);
    const auto pid = ::fork();
    if (pid == 0) {
        ::signal(SIGPIPE, SIG_DFL);
        become_up(ends[1]);
    }
    ::close(ends[1]);
    int status = -1;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == exit_ok);
    CHECK(netswap_does({"status", "t", "--interval", "0"}).code == exit_ok);
    CHECK(netswap_does({"down", "t"}).code == exit_ok);
    check_nothing_left();
}
