// SPDX-License-Identifier: GPL-2.0
#include "guest/kmsg.h"

#include <algorithm>
#include <fcntl.h>

namespace netswap::guest {

Result<Kmsg> Kmsg::open_at_end() {
    Fd file(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file.valid())
        return os_error("opening /dev/kmsg");
    if (::lseek(file.get(), 0, SEEK_END) < 0)
        return os_error("seeking in /dev/kmsg");
    return Kmsg(std::move(file));
}

// One read gives one record: "prefix;message\n" and then lines of " KEY=value".
void Kmsg::drain(const std::function<void(std::string_view)> &on_line) {
    for (;;) {
        const auto got = ::read(file_.get(), record_.data(), record_.size());
        if (got < 0 && (errno == EPIPE || errno == EINTR))
            continue; // EPIPE: records were lost, the next read goes on behind the gap
        if (got <= 0)
            return;
        std::string_view record(record_.data(), static_cast<std::size_t>(got));
        record = record.substr(0, record.find('\n'));
        const auto semicolon = record.find(';');
        if (semicolon != std::string_view::npos)
            on_line(record.substr(semicolon + 1));
    }
}

void Kmsg::watch() {
    drain([this](std::string_view line) {
        page_lost_ = page_lost_ || line.starts_with("Read-error on swap-device");
        if (fault_size_ > 0 || !is_kernel_fault(line))
            return;
        fault_size_ = std::min(line.size(), fault_.size());
        std::copy_n(line.begin(), fault_size_, fault_.begin());
    });
}

std::optional<std::string_view> Kmsg::fault() const {
    if (fault_size_ == 0)
        return std::nullopt;
    return std::string_view(fault_.data(), fault_size_);
}

} // namespace netswap::guest
