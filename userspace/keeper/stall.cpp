// SPDX-License-Identifier: GPL-2.0
#include "keeper/stall.h"

#include <array>
#include <charconv>

namespace netswap::keeper {

bool parse_requests(std::string_view line, Requests &out) {
    // reads, merged, sectors, ms, writes, merged, sectors, ms, in flight, ... (the kernel adds
    // more)
    constexpr std::size_t reads = 0, writes = 4, in_flight = 8;
    std::array<std::uint64_t, in_flight + 1> fields{};
    for (auto &field : fields) {
        const auto begin = line.find_first_not_of(' ');
        if (begin == std::string_view::npos)
            return false;
        line.remove_prefix(begin);
        const auto read = std::from_chars(line.data(), line.data() + line.size(), field);
        if (read.ec != std::errc{})
            return false;
        line.remove_prefix(static_cast<std::size_t>(read.ptr - line.data()));
    }
    out = {fields[reads] + fields[writes], fields[in_flight]};
    return true;
}

bool Stall::look(const Requests &now, std::uint64_t now_ns) {
    if (!begun_ || now.completed != completed_) {
        begun_ = true;
        awaited_ = false;
        completed_ = now.completed;
    }
    if (!awaited_) {
        awaited_ = now.in_flight > 0;
        since_ns_ = now_ns;
    }
    return awaited_ && now_ns - since_ns_ >= limit_ns;
}

} // namespace netswap::keeper
