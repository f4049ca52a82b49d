// SPDX-License-Identifier: GPL-2.0
#include "live/process_audit.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/io_flusher.h"
#include "lib/text.h"

namespace netswap::live {

namespace {

/// The number of a line "Name:   123 kB" of /proc/PID/status, 0 without it.
std::int64_t status_kb(std::string_view status, std::string_view name) {
    for (const auto line : split(status, '\n'))
        if (line.substr(0, name.size()) == name && line.size() > name.size() &&
            line[name.size()] == ':')
            return parse_number(split(trim(line.substr(name.size() + 1)), ' ').front()).value_or(0);
    return 0;
}

std::string word_of(const std::string &file) {
    const auto text = read_file(file);
    return text ? std::string(trim(*text)) : std::string();
}

} // namespace

std::string ProcessAudit::unflagged(std::uint64_t mask) const {
    std::vector<std::string> names;
    for (const auto &thread : threads)
        if (!thread.io_flusher(mask))
            names.push_back(fmt::format("{} ({})", thread.name, thread.tid));
    return join(names, ", ");
}

std::string ProcessAudit::lock_text() const {
    return locked() ? "memory locked" : fmt::format("{} of {} KiB locked", locked_kb, rss_kb);
}

std::uint64_t task_flags(std::string_view stat_line) {
    const auto end = stat_line.rfind(')');
    if (end == std::string_view::npos)
        return 0;
    // After the name: state ppid pgrp session tty_nr tpgid flags
    const auto fields = split(trim(stat_line.substr(end + 1)), ' ');
    return fields.size() > 6 ? static_cast<std::uint64_t>(parse_number(fields[6]).value_or(0)) : 0;
}

std::uint64_t learn_flusher_flags() {
    const auto self =
        Paths().proc(fmt::format("self/task/{}/stat", static_cast<int>(::syscall(SYS_gettid))));
    const auto flags = [&] {
        const auto text = read_file(self);
        return text ? task_flags(*text) : 0;
    };
    const int was = ::prctl(PR_GET_IO_FLUSHER, 0, 0, 0, 0);
    if (was < 0 || ::prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0) != 0)
        return known_flusher_flags;
    const auto without = flags();
    ::prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0);
    const auto with = flags();
    if (was == 0)
        ::prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
    const auto learnt = with & ~without;
    return learnt != 0 ? learnt : known_flusher_flags;
}

std::string cgroup2_mount(const Paths &paths) {
    const auto mounts = read_file(paths.proc("self/mounts"));
    if (!mounts)
        return {};
    for (const auto line : split(*mounts, '\n')) {
        const auto fields = split(line, ' ');
        if (fields.size() > 2 && fields[2] == "cgroup2")
            return std::string(fields[1]);
    }
    return {};
}

std::string cgroup2_of(const Paths &paths, const std::string &pid) {
    const auto text = read_file(paths.proc(pid + "/cgroup"));
    if (!text)
        return {};
    for (const auto line : split(*text, '\n'))
        if (line.substr(0, 3) == "0::")
            return std::string(line.substr(3));
    return {};
}

std::string unswappable_ancestor(const Paths &paths, std::string cgroup) {
    const auto mount = cgroup2_mount(paths);
    if (mount.empty())
        return {};
    while (cgroup.size() > 1) {
        if (word_of(paths.root(mount + cgroup + "/memory.swap.max")) == "0")
            return cgroup;
        cgroup.resize(std::max<std::size_t>(cgroup.rfind('/'), 0));
    }
    return {};
}

Result<ProcessAudit> audit_process(const Paths &paths, int pid) {
    const auto base = std::to_string(pid);
    const auto status = read_file(paths.proc(base + "/status"));
    if (!status)
        return fail(fmt::format("no process {}", pid), exit_bad_input);
    ProcessAudit audit;
    audit.pid = pid;
    audit.name = word_of(paths.proc(base + "/comm"));
    audit.rss_kb = status_kb(*status, "VmRSS");
    audit.locked_kb = status_kb(*status, "VmLck");
    audit.swapped_kb = status_kb(*status, "VmSwap");
    audit.oom_score_adj =
        static_cast<int>(parse_number(word_of(paths.proc(base + "/oom_score_adj"))).value_or(0));
    audit.unswappable_cgroup = unswappable_ancestor(paths, cgroup2_of(paths, base));
    std::error_code none;
    for (const auto &entry : std::filesystem::directory_iterator(paths.proc(base + "/task"), none))
        if (const auto stat = read_file(entry.path() / "stat"))
            audit.threads.push_back(
                {static_cast<int>(parse_number(entry.path().filename().string()).value_or(0)),
                 word_of(entry.path() / "comm"), task_flags(*stat)});
    std::sort(audit.threads.begin(), audit.threads.end(),
              [](const auto &a, const auto &b) { return a.tid < b.tid; });
    return audit;
}

} // namespace netswap::live
