// SPDX-License-Identifier: GPL-2.0
#include "guest/monitor.h"

#include "guest/clock.h"
#include "guest/sample_line.h"

#include <fcntl.h>

namespace netswap::guest {
namespace {

Result<Fd> open_counters(const char *path) {
    Fd file(::open(path, O_RDONLY | O_CLOEXEC));
    if (!file.valid())
        return os_error(std::string("opening ") + path);
    return file;
}

/// The file from its start; several reads, because seq files hand out pieces.
template <std::size_t size>
std::string_view reread(const Fd &file, char (&buffer)[size]) {
    std::size_t used = 0;
    while (used < size) {
        const auto got = ::pread(file.get(), buffer + used, size - used, static_cast<off_t>(used));
        if (got <= 0)
            break;
        used += static_cast<std::size_t>(got);
    }
    return {buffer, used};
}

} // namespace

Result<Monitor> Monitor::create() {
    auto vmstat = open_counters("/proc/vmstat");
    if (!vmstat)
        return tl::unexpected(vmstat.error());
    auto zoneinfo = open_counters("/proc/zoneinfo");
    if (!zoneinfo)
        return tl::unexpected(zoneinfo.error());
    auto netstat = open_counters("/proc/net/netstat");
    if (!netstat)
        return tl::unexpected(netstat.error());
    Monitor monitor(std::move(*vmstat), std::move(*zoneinfo), std::move(*netstat));
    if (!parse_vmstat(reread(monitor.vmstat_, monitor.buffers_->vmstat), monitor.vm_))
        return fail("/proc/vmstat lacks pswpin or pswpout: a kernel without swap?");
    if (!parse_zoneinfo(reread(monitor.zoneinfo_, monitor.buffers_->zoneinfo), monitor.zones_))
        return fail("/proc/zoneinfo is not understood");
    return monitor;
}

void Monitor::sample(Channel &channel, std::uint64_t touched) {
    parse_vmstat(reread(vmstat_, buffers_->vmstat), vm_);
    parse_zoneinfo(reread(zoneinfo_, buffers_->zoneinfo), zones_);
    if (const auto drops =
            parse_netstat(reread(netstat_, buffers_->netstat), "TcpExt", "PFMemallocDrop"))
        dropped_ = *drops;
    const auto line =
        format_sample(buffers_->line, {seconds_since_boot(), touched, dropped_}, vm_, zones_);
    if (!line.empty())
        channel.send(line);
}

} // namespace netswap::guest
