// SPDX-License-Identifier: GPL-2.0
#include "lib/child.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace netswap {

namespace {

/// Runs in the new process: only calls that are safe after fork.
[[noreturn]] void exec_child(char *const *argv, const SpawnOptions &options, int error_pipe) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);

    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(null, 0);
    ::dup2(options.out >= 0 ? options.out : null, 1);
    ::dup2(options.out >= 0 ? options.out : null, 2);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    for (const int fd : options.keep)
        ::fcntl(fd, F_SETFD, 0);

    ::execvp(argv[0], argv);
    const int error = errno;
    [[maybe_unused]] auto written = ::write(error_pipe, &error, sizeof(error));
    ::_exit(127);
}

} // namespace

Result<Child> Child::spawn(const std::vector<std::string> &argv, const SpawnOptions &options) {
    std::vector<char *> raw;
    for (const auto &arg : argv)
        raw.push_back(const_cast<char *>(arg.c_str()));
    raw.push_back(nullptr);

    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0)
        return tl::unexpected(errno_error("pipe", errno));
    Fd read_end(pipe[0]), write_end(pipe[1]);

    const pid_t pid = ::fork();
    if (pid < 0)
        return tl::unexpected(errno_error("fork", errno));
    if (pid == 0)
        exec_child(raw.data(), options, write_end.get());

    write_end.reset();
    int error = 0;
    if (::read(read_end.get(), &error, sizeof(error)) == sizeof(error)) {
        ::waitpid(pid, nullptr, 0);
        if (error == ENOENT)
            return fail(fmt::format("{}: not found; install it or correct PATH", argv[0]),
                        exit_host);
        return tl::unexpected(errno_error(argv[0], error, exit_host));
    }
    Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    return Child(pid, std::move(pidfd));
}

Result<Child> Child::adopt(pid_t pid) {
    Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd.valid())
        return tl::unexpected(errno_error("taking over a process", errno));
    return Child(pid, std::move(pidfd));
}

void Child::collect_orphans() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Child::Child(Child &&other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)), status_(other.status_) {
}

Child &Child::operator=(Child &&other) noexcept {
    if (this != &other) {
        stop(0);
        pid_ = std::exchange(other.pid_, -1);
        pidfd_ = std::move(other.pidfd_);
        status_ = other.status_;
    }
    return *this;
}

Child::~Child() {
    stop(0);
}

std::optional<int> Child::poll() {
    if (pid_ < 0 || status_)
        return status_;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_)
        status_ = status;
    return status_;
}

void Child::stop(double grace_s) {
    if (pid_ < 0 || poll())
        return;
    if (grace_s > 0) {
        ::kill(pid_, SIGTERM);
        pollfd wait{pidfd_.get(), POLLIN, 0};
        ::poll(&wait, 1, static_cast<int>(grace_s * 1000));
        if (poll())
            return;
    }
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    status_ = status;
}

std::string describe_wait_status(int status) {
    if (WIFEXITED(status))
        return fmt::format("exit code {}", WEXITSTATUS(status));
    if (WIFSIGNALED(status))
        return fmt::format("signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
    return fmt::format("wait status {}", status);
}

} // namespace netswap
