// SPDX-License-Identifier: GPL-2.0
// The client's side of NBD's fixed newstyle handshake, for a daemon that must reconnect while
// memory is gone: no heap, no buffers beyond a few hundred bytes of stack, one deadline. What
// libnbd does better (TLS, structured replies, meta contexts) the kernel's client cannot use.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace netswap::keeper {

enum class HandshakeError {
    none,
    io, ///< see os_error
    timed_out,
    closed,    ///< the server closed the connection
    not_nbd,   ///< what came is no NBD greeting
    old_style, ///< a server older than 2011 without options
    unknown_export,
    tls_required,
    refused, ///< any other refusal of the server; see said
    garbage, ///< a reply against the protocol
};

/// What the server says of the export. Block sizes are 0 when it says nothing.
struct ExportInfo {
    std::uint64_t bytes = 0;
    std::uint16_t flags = 0; ///< NBD_FLAG_*: transmission flags
    std::uint32_t min_block = 0;
    std::uint32_t preferred_block = 0;
    std::uint32_t max_block = 0;
};

struct HandshakeResult {
    HandshakeError error = HandshakeError::none;
    int os_error = 0;
    ExportInfo info;
    std::array<char, 96> said{}; ///< the server's own words about a refusal, NUL-terminated
};

/// Longest name of an export that it can ask for, in bytes.
inline constexpr std::size_t max_export_name = 255;

inline constexpr std::uint16_t flag_read_only = 1 << 1;
inline constexpr std::uint16_t flag_multi_conn = 1 << 8;

/// Negotiates up to the transmission phase on a connected stream socket. `deadline_ns` is of
/// CLOCK_MONOTONIC. Leaves the socket's flags alone; works on blocking and other sockets.
HandshakeResult handshake(int fd, std::string_view export_name, std::uint64_t deadline_ns);

/// One short phrase for an error, for messages.
const char *describe(HandshakeError error);

} // namespace netswap::keeper
