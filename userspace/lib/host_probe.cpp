// SPDX-License-Identifier: GPL-2.0
#include "lib/host_probe.h"

#include <cerrno>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <sched.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/sandbox.h"
#include "lib/tap.h"
#include "lib/text.h"

namespace netswap {

Status RealHost::tun() const {
    return probe_tun();
}

Status RealHost::namespaces() const {
    return probe_namespaces();
}

Result<std::string> RealHost::qemu_version() const {
    const std::unique_ptr<FILE, int (*)(FILE *)> pipe(
        ::popen("qemu-system-x86_64 --version 2>/dev/null", "re"), ::pclose);
    char line[256] = "";
    if (!pipe || !std::fgets(line, sizeof(line), pipe.get()))
        return fail("qemu-system-x86_64 not found: install the package qemu-system-x86", exit_host);
    // QEMU emulator version 7.2.22 (Debian ...)
    const auto words = split(trim(line), ' ');
    for (std::size_t i = 0; i + 1 < words.size(); i++)
        if (words[i] == "version")
            return std::string(words[i + 1]);
    return std::string(trim(line));
}

Result<std::int64_t> RealHost::free_disk_mib(const std::string &directory) const {
    struct statvfs info {};
    if (::statvfs(directory.c_str(), &info) != 0)
        return tl::unexpected(errno_error(directory, errno, exit_host));
    return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize) /
           (1 << 20);
}

std::int64_t RealHost::available_memory_mib() const {
    const auto text = read_file("/proc/meminfo");
    if (!text)
        return 0;
    long long kib = 0;
    const auto at = text->find("MemAvailable:");
    if (at != std::string::npos)
        std::sscanf(text->c_str() + at, "MemAvailable: %lld", &kib);
    return kib / 1024;
}

int RealHost::cpus() const {
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof(set), &set) == 0)
        return CPU_COUNT(&set);
    return static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
}

Status check_host(const HostFacts &host, const HostNeeds &needs) {
    if (auto ok = host.qemu_version(); !ok)
        return tl::unexpected(ok.error());
    if (auto ok = host.namespaces(); !ok)
        return ok;
    if (needs.network)
        if (auto ok = host.tun(); !ok)
            return ok;
    const auto disk = host.free_disk_mib(needs.log_directory);
    if (!disk)
        return tl::unexpected(disk.error());
    if (*disk < needs.disk_mib)
        return fail(fmt::format("no room for logs: {} has {} MiB free, {} MiB are needed (choose "
                                "another place with --out)",
                                needs.log_directory, *disk, needs.disk_mib),
                    exit_host);
    if (const auto memory = host.available_memory_mib(); memory < needs.memory_mib)
        return fail(fmt::format("not enough memory: guests and their swap need {} MiB, {} MiB are "
                                "available (lower --mem, --swap or --jobs)",
                                needs.memory_mib, memory),
                    exit_host);
    return {};
}

} // namespace netswap
