// SPDX-License-Identifier: GPL-2.0
#include "live/server_shield.h"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/io_flusher.h"
#include "lib/text.h"

namespace netswap::live {

namespace {

constexpr const char *spared = "-1000";

/// Files of /proc and of cgroups take a value in one write and are never replaced.
int put(const std::string &file, std::string_view value) {
    const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd.valid())
        return errno;
    return ::write(fd.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size())
               ? 0
               : errno;
}

std::string say(int error, std::string_view what, std::string_view then) {
    return errno_error(what, error).message + "; " + std::string(then);
}

/// Are we the only one in this cgroup, as in a unit of our own?
bool alone_in(const std::string &directory) {
    const auto text = read_file(directory + "/cgroup.procs");
    return text && trim(*text) == std::to_string(::getpid());
}

/// Why there is none, or an empty string.
std::string make_cgroup(const Paths &paths, Shield &shield) {
    const auto mount = cgroup2_mount(paths);
    if (mount.empty())
        return "no cgroup version 2 is mounted";
    const auto own = cgroup2_of(paths, "self");
    if (!unswappable_ancestor(paths, own).empty())
        return {};
    if (own.size() > 1 && alone_in(paths.root(mount + own)) &&
        put(paths.root(mount + own) + "/memory.swap.max", "0") == 0)
        return {};
    put(paths.root(mount) + "/cgroup.subtree_control", "+memory");
    const auto name = mount + fmt::format("/netswap-run-{}", ::getpid());
    const auto directory = paths.root(name);
    if (::mkdir(directory.c_str(), 0755) != 0)
        return errno_error(directory, errno).message;
    if (const int error = put(directory + "/memory.swap.max", "0"); error != 0) {
        ::rmdir(directory.c_str());
        return error == ENOENT ? mount + " has no memory controller"
                               : errno_error(directory + "/memory.swap.max", error).message;
    }
    shield.cgroup = name;
    shield.cgroup_is_ours = true;
    return {};
}

} // namespace

int ShieldCalls::unlimited_memlock() {
    const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
    return ::setrlimit(RLIMIT_MEMLOCK, &all) == 0 ? 0 : errno;
}

int ShieldCalls::io_flusher() {
    // The unused arguments must be zero, or the call fails.
    return ::prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0) == 0 ? 0 : errno;
}

Shield raise_shield(const Paths &paths, ShieldCalls &calls) {
    Shield shield;
    const int memlock = calls.unlimited_memlock();
    shield.may_lock = memlock == 0;
    if (memlock != 0)
        shield.missing.push_back(say(memlock, "RLIMIT_MEMLOCK unlimited",
                                     "the server's memory cannot be locked (run as root)"));
    if (const int error = calls.io_flusher(); error != 0)
        shield.missing.push_back(say(error, "PR_SET_IO_FLUSHER",
                                     "the server may wait for its own swap-out (needs "
                                     "CAP_SYS_RESOURCE and Linux 5.6)"));
    if (const int error = put(paths.proc("self/oom_score_adj"), spared); error != 0)
        shield.missing.push_back(say(error, "oom_score_adj -1000",
                                     "the OOM killer may take the server (needs "
                                     "CAP_SYS_RESOURCE)"));
    const auto reason = make_cgroup(paths, shield);
    shield.must_lock = !reason.empty();
    if (!reason.empty() && !shield.may_lock)
        shield.missing.push_back("cgroup without swap: " + reason +
                                 "; the server's own memory may be swapped out to itself");
    return shield;
}

void release_shield(const Paths &paths, const Shield &shield) {
    if (shield.cgroup_is_ours)
        ::rmdir(paths.root(shield.cgroup).c_str());
}

std::vector<int> shielded_processes(const Paths &paths, const Shield &shield, int pid) {
    std::vector<int> pids;
    if (shield.cgroup_is_ours)
        if (const auto text = read_file(paths.root(shield.cgroup) + "/cgroup.procs"))
            for (const auto line : split(*text, '\n'))
                if (const auto number = parse_number(line))
                    pids.push_back(static_cast<int>(*number));
    if (pids.empty() && !shield.cgroup_is_ours)
        pids.push_back(pid);
    return pids;
}

std::string shield_gaps(const ProcessAudit &audit, std::uint64_t flusher_flags) {
    std::vector<std::string> gaps;
    if (const auto without = audit.unflagged(flusher_flags); !without.empty())
        gaps.push_back("no IO_FLUSHER in " + without);
    if (!audit.memory_stays())
        gaps.push_back(fmt::format("{} and its cgroup may swap", audit.lock_text()));
    if (audit.oom_score_adj > -1000)
        gaps.push_back(fmt::format("oom_score_adj {}", audit.oom_score_adj));
    if (gaps.empty())
        return {};
    return fmt::format("{} ({}): {}", audit.name, audit.pid, join(gaps, "; "));
}

} // namespace netswap::live
