// SPDX-License-Identifier: GPL-2.0
#include "lib/sandbox.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/fd.h"

namespace netswap {

namespace {

Status write_proc(const char *path, const std::string &text) {
    Fd fd(::open(path, O_WRONLY | O_CLOEXEC));
    if (!fd.valid() || ::write(fd.get(), text.data(), text.size()) != ssize_t(text.size()))
        return tl::unexpected(errno_error(path, errno, exit_host));
    return {};
}

/// Root inside is the calling user outside.
Status map_ids(uid_t uid, gid_t gid) {
    if (auto ok = write_proc("/proc/self/setgroups", "deny"); !ok)
        return ok;
    if (auto ok = write_proc("/proc/self/uid_map", fmt::format("0 {} 1", uid)); !ok)
        return ok;
    return write_proc("/proc/self/gid_map", fmt::format("0 {} 1", gid));
}

Status enter_namespaces() {
    constexpr int kinds = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID;
    const uid_t uid = ::geteuid();
    const gid_t gid = ::getegid();
    if (::unshare(CLONE_NEWUSER | kinds) == 0)
        return map_ids(uid, gid);
    const int user_error = errno;
    // Root can do without a user namespace where those are switched off.
    if (uid == 0 && ::unshare(kinds) == 0)
        return {};
    return tl::unexpected(
        errno_error("cannot make user and network namespaces (see sysctl "
                    "user.max_user_namespaces and kernel.unprivileged_userns_clone)",
                    user_error, exit_host));
}

/// First process inside: nothing of the host's mounts may change, /proc must fit the PID namespace.
void settle_mounts() {
    ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    // Not allowed inside some containers; nothing below depends on it.
    ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
}

/// Dies with its parent, which is in another PID namespace, so its pid cannot be compared. False if
/// it was dead already; `lifeline` is the read end of a pipe whose only write end the parent holds.
bool tie_to_parent(int lifeline) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pollfd check{lifeline, POLLIN, 0};
    return ::poll(&check, 1, 0) == 0;
}

/// The first process inside, for the signal handler.
volatile pid_t first_process = -1;

/// SIGTERM ends the inside first, so that whoever waits for us knows that nothing is left.
void end_inside(int) {
    ::kill(first_process, SIGKILL);
}

int keeper(const std::function<int()> &body, const std::function<void(const Error &)> &on_error,
           pid_t parent) {
    if (auto ok = enter_namespaces(); !ok) {
        on_error(ok.error());
        return exit_host;
    }
    // Only now: a change of credentials clears the death signal.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        return exit_host;

    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0)
        return exit_host;
    const pid_t first = ::fork();
    if (first < 0) {
        on_error(errno_error("fork in the new PID namespace", errno, exit_host));
        return exit_host;
    }
    if (first == 0) {
        ::close(pipe[1]);
        if (!tie_to_parent(pipe[0]))
            ::_exit(exit_host);
        settle_mounts();
        ::_exit(body());
    }
    first_process = first;
    ::signal(SIGTERM, end_inside);
    int status = 0;
    while (::waitpid(first, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

Result<pid_t> start_sandbox(const std::function<int()> &body,
                            const std::function<void(const Error &)> &on_error) {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0)
        return tl::unexpected(errno_error("fork", errno));
    if (pid == 0) {
        ::setpgid(0, 0); // Ctrl-C is for the campaign alone, which then ends us
        ::signal(SIGINT, SIG_DFL);
        ::signal(SIGTERM, SIG_DFL);
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::_exit(keeper(body, on_error, parent));
    }
    return pid;
}

Status mount_scratch(const std::string &path) {
    if (::mount("netswap", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=700") != 0)
        return tl::unexpected(
            errno_error("cannot mount a memory file system at " + path, errno, exit_host));
    return {};
}

Status probe_namespaces() {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0)
        return tl::unexpected(errno_error("pipe", errno));
    Fd read_end(pipe[0]), write_end(pipe[1]);
    auto pid = start_sandbox([] { return 0; },
                             [&](const Error &error) {
                                 [[maybe_unused]] auto written = ::write(
                                     write_end.get(), error.message.data(), error.message.size());
                             });
    if (!pid)
        return tl::unexpected(pid.error());
    write_end.reset();
    std::string message(512, '\0');
    const auto got = ::read(read_end.get(), message.data(), message.size());
    int status = 0;
    ::waitpid(*pid, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return {};
    message.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return fail(message.empty() ? "cannot make user and network namespaces" : message, exit_host);
}

} // namespace netswap
