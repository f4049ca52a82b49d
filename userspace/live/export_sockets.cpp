// SPDX-License-Identifier: GPL-2.0
#include "live/export_sockets.h"

#include <algorithm>

#include <fmt/format.h>

#include "live/swap_header.h"

namespace netswap::live {

namespace {

constexpr std::uint64_t least_swap_bytes = 10 * swap_page_bytes; // the kernel's own limit

/// The first address that answers becomes the state's first.
Result<NegotiatedSocket> negotiate_any(Negotiator &negotiator, AreaState &state) {
    std::string reasons;
    int code = exit_failed;
    for (std::size_t i = 0; i < state.addresses.size(); ++i) {
        auto socket = negotiator.connect(state.addresses[i], state.export_name, state.timeout_s);
        if (socket) {
            const auto first = state.addresses.begin();
            std::rotate(first, first + static_cast<std::ptrdiff_t>(i), state.addresses.end());
            return socket;
        }
        reasons += (reasons.empty() ? "" : "; ") + socket.error().message;
        code = socket.error().code;
    }
    return fail(reasons, code);
}

Status check_export(const keeper::ExportInfo &info, const AreaSpec &area, const AreaState &state) {
    const auto &name = state.export_name;
    if (info.flags & keeper::flag_read_only)
        return fail(fmt::format("export '{}' is read-only", name));
    if (info.min_block > swap_page_bytes)
        return fail(fmt::format("export '{}' takes no blocks smaller than {} bytes, a page has {}",
                                name, info.min_block, swap_page_bytes));
    const auto wanted = area.size.value_or(info.bytes);
    if (area.size && wanted < least_swap_bytes)
        return fail(fmt::format("--size {}: swap needs {}", capacity_text(wanted),
                                capacity_text(least_swap_bytes)),
                    exit_bad_input);
    if (info.bytes < wanted || info.bytes < least_swap_bytes)
        return fail(fmt::format("export '{}' has {}, swap needs {}", name,
                                capacity_text(info.bytes),
                                capacity_text(std::max(wanted, least_swap_bytes))));
    if (area.conns > 1 && !(info.flags & keeper::flag_multi_conn))
        return fail("the server does not promise that several connections see the same data; use "
                    "--conns 1");
    return {};
}

} // namespace

std::string capacity_text(std::uint64_t bytes) {
    return bytes < 1 << 20 ? fmt::format("{} KiB", bytes >> 10)
                           : fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

Result<std::vector<NegotiatedSocket>> connect_export(Negotiator &negotiator, const AreaSpec &area,
                                                     AreaState &state) {
    std::vector<NegotiatedSocket> sockets;
    for (int i = 0; i < area.conns; ++i) {
        // One name may lead to several servers: all connections go to the same one.
        auto socket = i == 0 ? negotiate_any(negotiator, state)
                             : negotiator.connect(state.addresses.front(), state.export_name,
                                                  state.timeout_s);
        if (!socket)
            return tl::unexpected(socket.error());
        if (auto ok = check_export(socket->info, area, state); !ok)
            return tl::unexpected(ok.error());
        if (!sockets.empty() && sockets.front().info.bytes != socket->info.bytes)
            return fail("the server shows another size with each connection");
        sockets.push_back(std::move(*socket));
    }
    return sockets;
}

} // namespace netswap::live
