// SPDX-License-Identifier: GPL-2.0
#include "guest/swap.h"

#include "guest/process.h"
#include "lib/io_flusher.h"
#include "live/swap_header.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/swap.h>
#include <thread>

namespace netswap::guest {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int highest_priority = SWAP_FLAG_PRIO_MASK;

std::uint64_t device_bytes(const std::string &device) {
    const Fd file(::open(device.c_str(), O_RDONLY | O_CLOEXEC));
    std::uint64_t bytes = 0;
    if (!file.valid() || ::ioctl(file.get(), BLKGETSIZE64, &bytes) != 0)
        return 0;
    return bytes;
}

} // namespace

std::string swap_device(Transport transport) {
    return transport == Transport::nbd ? "/dev/nbd0" : "/dev/vda";
}

Result<void> connect_nbd(const Config &config, std::chrono::milliseconds limit) {
    const auto device = swap_device(Transport::nbd);
    const auto end = Clock::now() + limit;
    const IoFlusher no_io; // as netswap up connects
    const auto said =
        run_to_end({"/bin/nbd-client", config.server, std::to_string(config.port), device, "-N",
                    config.export_name, "-b", "4096", "-C", std::to_string(config.conns), "-swap"},
                   limit);
    if (!said)
        return with_context(said.error(),
                            "connecting " + config.server + ":" + std::to_string(config.port));
    while (device_bytes(device) == 0) {
        if (Clock::now() >= end)
            return fail(device + " has no size after nbd-client said: " + *said);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return {};
}

Result<void> start_swap(const std::string &device, std::uint64_t mib) {
    const auto bytes = mib << 20;
    const auto there = device_bytes(device);
    if (there == 0)
        return fail(device + " is not there or empty");
    if (there < bytes)
        return fail(device + " holds " + std::to_string(there >> 20) + " MiB, swap needs " +
                    std::to_string(mib));
    {
        const auto header =
            live::swap_header(static_cast<std::uint32_t>(bytes / live::swap_page_bytes));
        const Fd file(::open(device.c_str(), O_WRONLY | O_CLOEXEC));
        if (!file.valid())
            return os_error("opening " + device);
        if (::pwrite(file.get(), header.data(), header.size(), 0) !=
                static_cast<ssize_t>(header.size()) ||
            ::fsync(file.get()) != 0)
            return os_error("writing the swap header to " + device);
    }
    if (::swapon(device.c_str(), SWAP_FLAG_PREFER | highest_priority) != 0)
        return os_error("swapon " + device);
    return {};
}

} // namespace netswap::guest
