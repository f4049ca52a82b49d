// SPDX-License-Identifier: GPL-2.0
#include "live/swap_device.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <thread>

#include <blkid/blkid.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <uuid/uuid.h>

#include "lib/fd.h"
#include "lib/proc_parse.h"
#include "lib/text.h"
#include "live/swap_header.h"

namespace netswap::live {

namespace {

constexpr std::size_t looked_at = 64 << 10;

using Probe = std::unique_ptr<blkid_struct_probe, void (*)(blkid_probe)>;

std::string value_of(blkid_probe probe, const char *name) {
    const char *text = nullptr;
    return blkid_probe_lookup_value(probe, name, &text, nullptr) == 0 ? text : "";
}

Result<bool> begins_with_zeroes(const std::string &device) {
    const Fd fd(::open(device.c_str(), O_RDONLY | O_CLOEXEC));
    std::vector<char> buffer(looked_at);
    const auto got = fd.valid() ? ::pread(fd.get(), buffer.data(), buffer.size(), 0) : -1;
    if (got < 0)
        return tl::unexpected(errno_error("reading " + device, errno));
    return std::all_of(buffer.begin(), buffer.begin() + got, [](char c) { return c == '\0'; });
}

std::string text_of(const unsigned char *uuid) {
    std::array<char, UUID_STR_LEN> text{};
    ::uuid_unparse_lower(uuid, text.data());
    return text.data();
}

} // namespace

Result<std::uint64_t> block_device_bytes(const std::string &device, double limit_s) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(limit_s);
    for (;;) {
        const Fd fd(::open(device.c_str(), O_RDONLY | O_CLOEXEC));
        std::uint64_t bytes = 0;
        if (fd.valid() && ::ioctl(fd.get(), BLKGETSIZE64, &bytes) == 0 && bytes > 0)
            return bytes;
        if (std::chrono::steady_clock::now() >= end) {
            if (!fd.valid())
                return tl::unexpected(errno_error(device, errno));
            return fail(device + " stays empty: the server closed the connection, or the kernel "
                                 "did not take it");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

Result<DeviceContent> probe_device(const std::string &device) {
    const Probe probe(blkid_new_probe_from_filename(device.c_str()), blkid_free_probe);
    if (!probe)
        return tl::unexpected(errno_error("reading " + device, errno != 0 ? errno : EIO));
    blkid_probe_enable_partitions(probe.get(), 1);
    blkid_probe_enable_superblocks(probe.get(), 1);
    blkid_probe_set_superblocks_flags(probe.get(), BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE);
    const int found = blkid_do_safeprobe(probe.get());
    if (found == -2)
        return DeviceContent{Content::other, "signatures of more than one kind"};
    if (found < 0)
        return fail(fmt::format("{}: cannot be read to see what it holds", device));
    if (found == 0) {
        const auto type = value_of(probe.get(), "TYPE");
        if (type == "swap")
            return DeviceContent{Content::swap, "swap"};
        if (type == "swsuspend")
            return DeviceContent{Content::other, "the image of a suspended machine"};
        const auto table = value_of(probe.get(), "PTTYPE");
        return DeviceContent{Content::other,
                             type.empty() ? fmt::format("a {} partition table", table) : type};
    }
    const auto zeroes = begins_with_zeroes(device);
    if (!zeroes)
        return tl::unexpected(zeroes.error());
    if (!*zeroes)
        return DeviceContent{Content::other, "data of an unknown kind"};
    return DeviceContent{};
}

Result<std::string> read_uuid(const std::string &device) {
    const Fd fd(::open(device.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT));
    if (!fd.valid())
        return tl::unexpected(errno_error("opening " + device, errno));
    alignas(swap_page_bytes) SwapPage page;
    const auto got = ::pread(fd.get(), page.data(), page.size(), 0);
    if (got != static_cast<ssize_t>(page.size()))
        return tl::unexpected(errno_error("reading " + device, got < 0 ? errno : EIO));
    const auto uuid = swap_uuid(page);
    return ::uuid_is_null(uuid.data()) != 0 ? std::string() : text_of(uuid.data());
}

std::string new_uuid() {
    uuid_t uuid;
    ::uuid_generate(uuid);
    return text_of(uuid);
}

Status write_header(const std::string &device, std::uint64_t bytes, const std::string &uuid) {
    SwapUuid id{};
    if (!uuid.empty() && ::uuid_parse(uuid.c_str(), id.data()) != 0)
        return fail(fmt::format("'{}' is no UUID", uuid));
    const auto header = swap_header(static_cast<std::uint32_t>(bytes / swap_page_bytes), id);
    const Fd fd(::open(device.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd.valid())
        return tl::unexpected(errno_error("opening " + device, errno));
    if (::pwrite(fd.get(), header.data(), header.size(), 0) !=
            static_cast<ssize_t>(header.size()) ||
        ::fsync(fd.get()) != 0)
        return tl::unexpected(errno_error("writing the swap header to " + device, errno));
    return {};
}

Status swap_on(const std::string &device, std::optional<int> prio) {
    const int flags = prio ? SWAP_FLAG_PREFER | (*prio & SWAP_FLAG_PRIO_MASK) : 0;
    if (::swapon(device.c_str(), flags) != 0)
        return tl::unexpected(errno_error("swapon " + device, errno));
    return {};
}

/// swapoff in a process of its own: when memory runs out meanwhile, the kernel kills whoever called
/// it, whatever its OOM score. Returns an errno value, EINTR if it was killed.
int swap_off_elsewhere(const std::string &device) {
    const pid_t child = ::fork();
    if (child < 0)
        return errno;
    if (child == 0)
        ::_exit(::swapoff(device.c_str()) == 0 ? 0 : errno);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

Status swap_off(const std::string &device) {
    errno = swap_off_elsewhere(device);
    if (errno == 0)
        return {};
    if (errno == EINVAL)
        return {}; // somebody else, the service manager perhaps, was faster
    if (errno == EINTR)
        return fail("swapoff was interrupted or killed for want of memory; the area stays up",
                    exit_interrupted);
    if (errno == ENOMEM)
        return fail(fmt::format("swapoff {}: not enough memory for the pages that are out; end "
                                "programs first",
                                device));
    return tl::unexpected(errno_error("swapoff " + device, errno));
}

Result<std::vector<SwapEntry>> read_swaps(const Paths &paths) {
    const auto text = read_file(paths.proc("swaps"));
    if (!text)
        return fail(text.error().message + " (a kernel without swap?)", exit_host);
    return parse_swaps(*text);
}

Result<MemoryLevel> read_memory(const Paths &paths) {
    const auto text = read_file(paths.proc("meminfo"));
    if (!text)
        return tl::unexpected(text.error());
    const auto available = parse_meminfo(*text, "MemAvailable");
    if (!available)
        return fail(paths.proc("meminfo") + ": no MemAvailable");
    MemoryLevel level;
    level.available = *available * 1024;
    level.swap_free = parse_meminfo(*text, "SwapFree").value_or(0) * 1024;
    return level;
}

} // namespace netswap::live
