// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cerrno>
#include <memory>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libnbd.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/nbd_server.h"

namespace netswap {

namespace {

struct Close {
    void operator()(nbd_handle *handle) const { nbd_close(handle); }
};
using Handle = std::unique_ptr<nbd_handle, Close>;

/// Turns the client's state machine until the handshake is over or `end` has come.
Status finish_handshake(nbd_handle *handle, const Clock &clock, double end) {
    while (nbd_aio_is_connecting(handle) == 1) {
        const double left = end - clock.now();
        if (left <= 0)
            return fail("accepts connections but never answers");
        if (nbd_poll(handle, std::max(1, static_cast<int>(left * 1000))) < 0)
            break;
    }
    if (nbd_aio_is_ready(handle) == 1)
        return {};
    const char *why = nbd_get_error();
    return fail(fmt::format("answers garbage: {}", why ? why : "connection lost"));
}

} // namespace

Status check_nbd_server(const NbdServerConfig &config, double limit_s, bool &retry) {
    const SystemClock clock;
    const double end = clock.now() + limit_s;
    retry = false;
    Handle handle(nbd_create());
    if (!handle)
        return fail("libnbd has no memory");

    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(config.port));
    if (::inet_pton(AF_INET, config.address.c_str(), &where.sin_addr) != 1)
        return fail("bad address " + config.address);
    // libnbd's own connect leaves its state machine behind when it is refused
    // at once, as on an address of this host; so hand it a connected socket.
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto *generic = reinterpret_cast<sockaddr *>(&where);
    if (!socket.valid() || ::connect(socket.get(), generic, sizeof(where)) != 0) {
        retry = errno == ECONNREFUSED;
        return fail(fmt::format("refuses connections to {}:{}", config.address, config.port));
    }
    if (nbd_set_export_name(handle.get(), config.export_name.c_str()) != 0 ||
        nbd_aio_connect_socket(handle.get(), std::move(socket).release()) != 0)
        return fail(fmt::format("cannot be talked to: {}", nbd_get_error()));
    if (auto ok = finish_handshake(handle.get(), clock, end); !ok)
        return ok;

    const auto size = nbd_get_size(handle.get());
    if (size < config.size_bytes)
        return fail(fmt::format("offers {} bytes where {} are needed", size, config.size_bytes));
    if (nbd_is_read_only(handle.get()) == 1)
        return fail("offers a read-only device");

    char block[4096];
    const auto cookie =
        nbd_aio_pread(handle.get(), block, sizeof(block), 0, NBD_NULL_COMPLETION, 0);
    if (cookie < 0)
        return fail(fmt::format("cannot be read from: {}", nbd_get_error()));
    while (true) {
        const int done =
            nbd_aio_command_completed(handle.get(), static_cast<std::uint64_t>(cookie));
        if (done < 0)
            return fail(fmt::format("cannot be read from: {}", nbd_get_error()));
        if (done > 0)
            break;
        const double left = end - clock.now();
        if (left <= 0)
            return fail("does not answer a read");
        if (nbd_poll(handle.get(), std::max(1, static_cast<int>(left * 1000))) < 0)
            return fail(fmt::format("breaks off during a read: {}", nbd_get_error()));
    }
    nbd_aio_disconnect(handle.get(), 0);
    return {};
}

} // namespace netswap
