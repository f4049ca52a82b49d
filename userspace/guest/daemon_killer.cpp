// SPDX-License-Identifier: GPL-2.0
#include "guest/daemon_killer.h"

#include "guest/clock.h"
#include "guest/live_view.h"
#include "guest/memory_lock.h"

#include <algorithm>
#include <cinttypes>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace netswap::guest {
namespace {

constexpr const char *program = "/bin/netswapd";
constexpr int kill_limit_ms = 10'000;
constexpr unsigned watch_limit_s = 90;
constexpr useconds_t look_us = 5000;
constexpr int exit_not_started = 127;

/// The process itself. Once it has locked itself it uses no heap.
class Killer {
  public:
    Killer(int reports, LiveView page) : reports_(reports), page_(std::move(page)) {}

    void kill_and_restart(std::uint32_t ms) {
        const int old = page_->pid;
        const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, old, 0)));
        if (!process.valid())
            return failed("the pid of its live page, %d, is gone", old);
        const auto heap_calls = page_->heap_calls.load();
        ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
        const auto killed_ns = monotonic_ns();
        pollfd end{process.get(), POLLIN, 0};
        if (::poll(&end, 1, kill_limit_ms) != 1)
            return failed("pid %d does not die of SIGKILL", old);
        report(R"({"type":"daemon","event":"killed","pid":%d,"heap_calls":%)" PRIu64 "}\n", old,
               heap_calls);
        ::usleep(ms * 1000);
        start();
        if (starter_ < 0)
            return failed("fork: %s", std::strerror(errno));
        report(R"({"type":"daemon","event":"started"})"
               "\n");
        wait_until_it_watches(old, killed_ns);
    }

  private:
    void start() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
            starter_ = -1;
            return;
        }
        said_ = Fd(ends[0]);
        const Fd says(ends[1]);
        starter_ = ::fork();
        if (starter_ == 0)
            exec(says.get());
    }

    /// Without the privileges that the agent gave itself: the daemon must take its own.
    [[noreturn]] static void exec(int says) {
        const Fd score(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
        (void)!::write(score.get(), "0", 1);
        ::prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
        ::dup2(says, STDOUT_FILENO);
        ::dup2(says, STDERR_FILENO);
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::execl(program, program, area_name, "--detach", nullptr);
        ::dprintf(says, "cannot run %s: %s", program, std::strerror(errno));
        ::_exit(exit_not_started);
    }

    void wait_until_it_watches(int old, std::uint64_t killed_ns) {
        for (;; ::usleep(look_us)) {
            int status = 0;
            if (starter_ > 0 && ::waitpid(starter_, &status, WNOHANG) == starter_) {
                starter_ = -1;
                if (status != 0)
                    return failed("its start ended with wait status %d: %s", status, words());
            }
            const int pid = page_->pid;
            if (pid != old && page_->heartbeat_ns > killed_ns &&
                page_->state == live::KeeperState::watching) {
                report(R"({"type":"daemon","event":"watching","pid":%d})"
                       "\n",
                       pid);
                return reap_starter();
            }
            const auto limit_s = watch_limit_s * static_cast<unsigned>(patience());
            if (monotonic_ns() > killed_ns + limit_s * 1'000'000'000ULL)
                return failed(
                    "it does not watch %u s after the kill (state %u, last error: %.119s)", limit_s,
                    static_cast<unsigned>(page_->state.load()), page_->last_error.data());
        }
    }

    void reap_starter() {
        if (starter_ > 0)
            ::waitpid(starter_, nullptr, 0);
        starter_ = -1;
    }

    /// What the starter printed, fit for a JSON string.
    const char *words() {
        const auto got = ::read(said_.get(), text_, sizeof text_ - 1);
        text_[std::max<ssize_t>(got, 0)] = '\0';
        return text_;
    }

    [[gnu::format(printf, 2, 3)]] void failed(const char *format, ...) {
        char why[400];
        va_list rest;
        va_start(rest, format);
        std::vsnprintf(why, sizeof why, format, rest);
        va_end(rest);
        for (char *c = why; *c != '\0'; ++c)
            if (*c == '"' || *c == '\\' || static_cast<unsigned char>(*c) < 0x20 || *c == 0x7f)
                *c = ' ';
        report(R"({"type":"daemon","event":"failed","message":"netswapd: %s"})"
               "\n",
               why);
    }

    [[gnu::format(printf, 2, 3)]] void report(const char *format, ...) {
        char line[512];
        va_list rest;
        va_start(rest, format);
        const int size = std::vsnprintf(line, sizeof line, format, rest);
        va_end(rest);
        if (size > 0 && ::write(reports_, line, static_cast<std::size_t>(size)) < 0)
            ::_exit(2); // the agent is gone
    }

    int reports_;
    LiveView page_;
    pid_t starter_ = -1;
    Fd said_;
    char text_[300];
};

int serve(int reports, int orders) {
    auto page = LiveView::open();
    if (!page)
        return 3;
    if (!lock_in_memory())
        return 4;
    Killer killer(reports, std::move(*page));
    for (std::uint32_t ms = 0; ::read(orders, &ms, sizeof ms) == sizeof ms;)
        killer.kill_and_restart(ms);
    return 0;
}

} // namespace

Result<DaemonKiller> DaemonKiller::start() {
    // Found out here, where it can be said well.
    if (const auto page = LiveView::open(); !page)
        return tl::unexpected(page.error());
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return os_error("creating a pipe");
    const Fd reading(ends[0]);
    Fd writing(ends[1]);
    auto process = Child::call([&](int reports) {
        writing.reset();
        return serve(reports, reading.get());
    });
    if (!process)
        return tl::unexpected(process.error());
    ::fcntl(writing.get(), F_SETFL, O_NONBLOCK);
    return DaemonKiller(std::move(*process), std::move(writing));
}

void DaemonKiller::order(std::uint32_t ms) {
    (void)!::write(orders_.get(), &ms, sizeof ms);
}

} // namespace netswap::guest
