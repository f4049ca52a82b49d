// SPDX-License-Identifier: GPL-2.0
#include "live/server_process.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/fd.h"
#include "live/exec_lock.h"

namespace netswap::live {

namespace {

constexpr int forwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

sigset_t waited_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : forwarded)
        ::sigaddset(&set, number);
    ::sigaddset(&set, SIGCHLD);
    return set;
}

/// What the new process says when something fails, through a pipe.
struct StartFailure {
    enum class At { exec, cgroup, stop };
    int error = 0;
    At at = At::exec;
};

/// Runs in the new process.
[[noreturn]] void become_server(const ServerStart &what, char *const *argv, int error_pipe,
                                const sigset_t &old_mask) {
    StartFailure failure;
    if (!what.cgroup_procs.empty()) {
        const int procs = ::open(what.cgroup_procs.c_str(), O_WRONLY | O_CLOEXEC);
        if (procs < 0 || ::write(procs, "0", 1) != 1)
            failure = {errno, StartFailure::At::cgroup};
    }
    if (failure.at != StartFailure::At::cgroup) {
        if (!what.keep_fds) {
            ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        } else if (const char *meant = ::getenv("LISTEN_PID");
                   meant != nullptr && std::atoi(meant) == ::getppid()) {
            // Sockets that systemd passed to us are for the server.
            char own[16];
            std::snprintf(own, sizeof own, "%d", ::getpid());
            ::setenv("LISTEN_PID", own, 1);
        }
        ::sigprocmask(SIG_SETMASK, &old_mask, nullptr);
        if (const int error = what.lock ? stop_at_exec() : 0; error != 0) {
            failure = {error, StartFailure::At::stop};
            [[maybe_unused]] const auto told = ::write(error_pipe, &failure, sizeof failure);
            if (what.must_lock)
                ::_exit(127);
        }
        ::execvp(argv[0], argv);
        failure = {errno, StartFailure::At::exec};
    }
    [[maybe_unused]] const auto written = ::write(error_pipe, &failure, sizeof failure);
    ::_exit(127);
}

} // namespace

Result<ServerProcess> ServerProcess::start(const ServerStart &what) {
    std::vector<char *> argv;
    for (const auto &word : what.argv)
        argv.push_back(const_cast<char *>(word.c_str()));
    argv.push_back(nullptr);
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0)
        return tl::unexpected(errno_error("pipe", errno));
    const Fd read_end(pipe[0]);
    Fd write_end(pipe[1]);

    sigset_t old_mask;
    const auto set = waited_signals();
    ::sigprocmask(SIG_BLOCK, &set, &old_mask);
    const pid_t pid = ::fork();
    if (pid < 0)
        return tl::unexpected(errno_error("fork", errno));
    if (pid == 0)
        become_server(what, argv.data(), write_end.get(), old_mask);
    write_end.reset();
    ServerProcess server(pid);
    const auto not_locked = [&] {
        return tl::unexpected(errno_error("locking the memory of " + what.argv.front(),
                                          server.lock_error_, exit_host));
    };
    StartFailure failure;
    while (::read(read_end.get(), &failure, sizeof failure) == sizeof failure) {
        if (failure.at == StartFailure::At::stop) { // it runs all the same, if it may
            server.lock_error_ = failure.error;
            if (!what.must_lock)
                continue;
        }
        ::waitpid(pid, nullptr, 0);
        if (failure.at == StartFailure::At::stop)
            return not_locked();
        if (failure.at == StartFailure::At::cgroup)
            return tl::unexpected(errno_error(what.cgroup_procs, failure.error, exit_host));
        if (failure.error == ENOENT)
            return fail(what.argv.front() + ": not found; install it or correct PATH", exit_host);
        return tl::unexpected(
            errno_error("starting " + what.argv.front(), failure.error, exit_host));
    }
    if (what.lock && server.lock_error_ == 0) {
        server.lock_error_ = lock_stopped(pid);
        if (server.lock_error_ != 0 && what.must_lock) {
            // It has not run an instruction yet: nothing depends on it.
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
            return not_locked();
        }
        let_run(pid);
    }
    return server;
}

int ServerProcess::wait(int settle_ms, const std::function<void()> &settled) {
    const auto set = waited_signals();
    timespec limit{settle_ms / 1000, (settle_ms % 1000) * 1'000'000L};
    bool told = false;
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) != pid_) {
        siginfo_t info{};
        const int number = told ? ::sigwaitinfo(&set, &info) : ::sigtimedwait(&set, &info, &limit);
        if (number < 0 && errno == EAGAIN && !told) {
            told = true;
            settled();
        }
        // The terminal sends its signals to the whole foreground group: the server has them.
        if (number > 0 && number != SIGCHLD && info.si_code != SI_KERNEL)
            ::kill(pid_, number);
    }
    return status;
}

int exit_code_of(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

} // namespace netswap::live
