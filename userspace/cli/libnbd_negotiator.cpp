// SPDX-License-Identifier: GPL-2.0
#include "cli/libnbd_negotiator.h"

#include <chrono>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <libnbd.h>

#include "keeper/connection.h"
#include "lib/text.h"
#include "live/lean_negotiator.h"

namespace netswap::cli {

namespace {

constexpr double limit_s = 10;

using Handle = std::unique_ptr<nbd_handle, void (*)(nbd_handle *)>;

/// Lets libnbd work until `ready` says so; false on its error (nbd_get_error) or at the limit.
template <typename Ready>
bool work_until(nbd_handle *nbd, Ready ready, bool &timed_out) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(limit_s);
    while (!ready()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        timed_out = left.count() <= 0;
        if (timed_out || nbd_aio_is_dead(nbd) || nbd_poll(nbd, static_cast<int>(left.count())) < 0)
            return false;
    }
    return true;
}

int take_name(void *into, const char *name, const char *) {
    static_cast<std::vector<std::string> *>(into)->push_back(fmt::format("'{}'", name));
    return 0;
}

/// An option under negotiation: libnbd's own waiting has no time limit.
struct Option {
    bool done = false;
    int error = 0;
    nbd_completion_callback callback() {
        nbd_completion_callback out{};
        out.callback = [](void *self, int *error) {
            static_cast<Option *>(self)->done = true;
            static_cast<Option *>(self)->error = *error;
            return 1;
        };
        out.user_data = this;
        return out;
    }
};

/// The exports of the server, if it lets them be listed.
std::vector<std::string> exports(nbd_handle *nbd) {
    std::vector<std::string> names;
    nbd_list_callback callback{};
    callback.callback = take_name;
    callback.user_data = &names;
    Option list;
    bool timed_out = false;
    if (nbd_aio_opt_list(nbd, callback, list.callback()) < 0 ||
        !work_until(
            nbd, [&] { return list.done; }, timed_out) ||
        list.error != 0)
        return {};
    return names;
}

/// Asks for the export set in the handle. False with the reason in `why`.
bool go(nbd_handle *nbd, bool &timed_out, std::string &why) {
    Option option;
    if (nbd_aio_opt_go(nbd, option.callback()) >= 0 &&
        work_until(
            nbd, [&] { return option.done; }, timed_out) &&
        option.error == 0)
        return true;
    const char *reason = nbd_get_error();
    why = timed_out                ? "the server does not answer"
          : option.error == ENOENT ? "the server has no such export"
          : reason != nullptr      ? reason
                                   : "refused";
    return false;
}

std::uint16_t flags_of(nbd_handle *nbd) {
    std::uint16_t flags = 1; // "flags are valid"
    const auto add = [&](int yes, int bit) {
        if (yes > 0)
            flags = static_cast<std::uint16_t>(flags | 1 << bit);
    };
    add(nbd_is_read_only(nbd), 1);
    add(nbd_can_flush(nbd), 2);
    add(nbd_can_fua(nbd), 3);
    add(nbd_is_rotational(nbd), 4);
    add(nbd_can_trim(nbd), 5);
    add(nbd_can_zero(nbd), 6);
    add(nbd_can_multi_conn(nbd), 8);
    return flags;
}

std::uint32_t block(nbd_handle *nbd, int which) {
    const auto bytes = nbd_get_block_size(nbd, which);
    return bytes > 0 ? static_cast<std::uint32_t>(bytes) : 0;
}

} // namespace

Result<live::NegotiatedSocket> LibnbdNegotiator::connect(const live::ServerAddress &server,
                                                         const std::string &export_name,
                                                         std::uint64_t request_timeout_s) {
    const auto where = live::server_text(server);
    auto fd = live::connect_to_server(server, request_timeout_s, limit_s);
    if (!fd)
        return tl::unexpected(fd.error());
    const Handle handle(nbd_create(), nbd_close);
    auto *nbd = handle.get();
    // The kernel's client understands simple replies only.
    if (nbd == nullptr || nbd_set_export_name(nbd, export_name.c_str()) < 0 ||
        nbd_set_request_structured_replies(nbd, false) < 0 ||
        nbd_set_tls(nbd, LIBNBD_TLS_DISABLE) < 0 || nbd_set_opt_mode(nbd, true) < 0)
        return fail(fmt::format("libnbd: {}", nbd_get_error()));
    bool timed_out = false;
    const auto refused = [&]() -> tl::unexpected<Error> {
        if (timed_out)
            return fail(fmt::format("{}: the server does not answer", where));
        return fail(fmt::format("{}, export '{}': {}", where, export_name, nbd_get_error()));
    };
    // It closes its descriptor with the handle; the connection lives on in ours.
    const int theirs = ::fcntl(fd->get(), F_DUPFD_CLOEXEC, 0);
    const auto in_options = [&] {
        return nbd_aio_is_negotiating(nbd) > 0 || nbd_aio_is_ready(nbd) > 0;
    };
    if (theirs < 0 || nbd_aio_connect_socket(nbd, theirs) < 0 ||
        !work_until(nbd, in_options, timed_out))
        return refused();
    std::string reason;
    if (nbd_aio_is_negotiating(nbd) > 0 && !go(nbd, timed_out, reason)) {
        const auto names = timed_out ? std::vector<std::string>() : exports(nbd);
        return fail(fmt::format("{}, export '{}': {}{}", where, export_name, reason,
                                names.empty() ? "" : "; there are " + join(names, ", ")));
    }
    if (!work_until(
            nbd, [&] { return nbd_aio_is_ready(nbd) > 0; }, timed_out))
        return refused();
    const auto bytes = nbd_get_size(nbd);
    if (bytes < 0)
        return refused();
    live::NegotiatedSocket socket;
    socket.port = keeper::local_port(fd->get());
    socket.info.bytes = static_cast<std::uint64_t>(bytes);
    socket.info.flags = flags_of(nbd);
    socket.info.min_block = block(nbd, LIBNBD_SIZE_MINIMUM);
    socket.info.preferred_block = block(nbd, LIBNBD_SIZE_PREFERRED);
    socket.info.max_block = block(nbd, LIBNBD_SIZE_MAXIMUM);
    // libnbd works without blocking; the kernel's recv thread wants to wait.
    ::fcntl(fd->get(), F_SETFL, ::fcntl(fd->get(), F_GETFL) & ~O_NONBLOCK);
    socket.fd = std::move(*fd);
    return socket;
}

} // namespace netswap::cli
