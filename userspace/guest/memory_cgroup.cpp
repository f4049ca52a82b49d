// SPDX-License-Identifier: GPL-2.0
#include "guest/memory_cgroup.h"

#include "guest/sysfile.h"
#include "lib/proc_parse.h"

#include <algorithm>
#include <sys/mount.h>
#include <sys/stat.h>

namespace netswap::guest {
namespace {

const std::string root = "/sys/fs/cgroup/";
const std::string group = root + "storm/";

} // namespace

Result<void> make_memory_cgroup() {
    if (::mount("cgroup2", root.c_str(), "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
        return os_error("mounting the cgroup file system (does this kernel have cgroups?)");
    if (auto done = write_text(root + "cgroup.subtree_control", "+memory"); !done)
        return done;
    if (::mkdir(group.c_str(), 0755) != 0)
        return os_error("making " + group);
    const auto meminfo = read_text("/proc/meminfo").value_or("");
    const auto total_kb = parse_meminfo(meminfo, "MemTotal").value_or(0);
    return write_text(group + "memory.max", std::to_string(total_kb / 2 * 1024));
}

Result<void> join_memory_cgroup(pid_t pid) {
    return write_text(group + "cgroup.procs", std::to_string(pid));
}

std::map<std::string, std::int64_t> memory_cgroup_facts() {
    const auto limit = read_word(group + "memory.max");
    if (!limit)
        return {};
    std::map<std::string, std::int64_t> facts;
    facts["limit_kb"] = std::strtoll(limit->c_str(), nullptr, 10) / 1024;
    const auto processes = read_text(group + "cgroup.procs").value_or("");
    facts["workers"] = std::count(processes.begin(), processes.end(), '\n');
    for (const auto &[name, value] :
         parse_counters(read_text(group + "memory.events").value_or("")))
        if (name == "max")
            facts["over_limit"] = static_cast<std::int64_t>(value);
    return facts;
}

} // namespace netswap::guest
