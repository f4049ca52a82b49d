// SPDX-License-Identifier: GPL-2.0
#include "live/keeper_control.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/text.h"
#include "live/live_page.h"
#include "live/view/keeper_view.h"

namespace netswap::live {

namespace {

constexpr std::size_t page_bytes = 4096;
constexpr int end_limit_ms = 10'000;

std::string lock_path(const Paths &paths, const std::string &name) {
    return paths.run(name + keeper_ending);
}

/// Runs it with our stderr, and waits.
Status run_daemon(const std::string &program, const std::string &name) {
    const auto pid = ::fork();
    if (pid < 0)
        return tl::unexpected(errno_error("fork", errno));
    if (pid == 0) {
        // It stays, and with it would what our caller has open: a lock, a pipe, a mount.
        ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        ::execlp(program.c_str(), "netswapd", name.c_str(), "--detach", nullptr);
        ::_exit(127);
    }
    int status = 0;
    pid_t ended;
    while ((ended = ::waitpid(pid, &status, 0)) < 0 && errno == EINTR) {
    }
    if (ended < 0)
        return tl::unexpected(errno_error("waiting for netswapd", errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return {};
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return fail(program + " cannot be run; install it or use --no-daemon");
    return fail("netswapd did not start, see above");
}

} // namespace

Status make_live_page(const Paths &paths, const std::string &name,
                      const std::vector<std::uint16_t> &ports) {
    std::array<char, page_bytes> bytes{};
    auto *page = new (bytes.data()) LivePage{};
    page->magic = live_magic;
    page->version = live_version;
    page->conns = static_cast<std::uint32_t>(ports.size());
    for (std::size_t i = 0; i < ports.size() && i < page->local_port.size(); ++i)
        page->local_port[i] = ports[i];
    return write_file(paths.run(name + page_ending), std::string_view(bytes.data(), bytes.size()));
}

std::optional<pid_t> keeper_pid(const Paths &paths, const std::string &name) {
    const Fd fd(::open(lock_path(paths, name).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid() || ::flock(fd.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return std::nullopt;
    // The page may still name the one before, and that number may be somebody else's by now.
    struct stat about {};
    const auto locks = read_file(paths.proc("locks"));
    if (!locks || ::fstat(fd.get(), &about) != 0)
        return 0;
    return lock_holder(*locks, about).value_or(0);
}

Status start_keeper(const std::string &name) {
    std::error_code none;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", none).parent_path();
    for (const auto &directory :
         {self, self.parent_path() / "sbin", std::filesystem::path("/usr/sbin")}) {
        const auto program = directory / "netswapd";
        if (::access(program.c_str(), X_OK) == 0)
            return run_daemon(program, name);
    }
    return run_daemon("netswapd", name);
}

Status stop_keeper(const Paths &paths, const std::string &name) {
    constexpr int look_every_ms = 20;
    for (int left = end_limit_ms; left > 0; left -= look_every_ms) {
        const auto pid = keeper_pid(paths, name);
        if (!pid)
            return {};
        // Nothing, if it has ended since: then the lock is free, or another one's.
        const Fd pidfd(*pid > 1 ? static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)) : -1);
        if (!pidfd.valid() || keeper_pid(paths, name) != pid) {
            ::usleep(look_every_ms * 1000);
            continue;
        }
        if (::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGTERM, nullptr, 0) != 0 &&
            errno != ESRCH)
            return tl::unexpected(
                errno_error(fmt::format("ending netswapd (pid {})", *pid), errno));
        pollfd wait{pidfd.get(), POLLIN, 0};
        if (::poll(&wait, 1, end_limit_ms) <= 0)
            return fail(fmt::format("netswapd (pid {}) does not end; see where it waits in "
                                    "/proc/{}/stack, then run `netswap down` again",
                                    *pid, *pid));
    }
    return fail(fmt::format("{} is locked, but by no process that can be found; see /proc/locks",
                            lock_path(paths, name)));
}

} // namespace netswap::live
