// SPDX-License-Identifier: GPL-2.0
#include "keeper/real_world.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/nbd-netlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <uuid/uuid.h>

#include "keeper/first_page.h"
#include "keeper/handshake.h"
#include "keeper/stall.h"

namespace netswap::keeper {

namespace {

sigset_t stop_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    return set;
}

Fd open_links() {
    Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl self{};
    self.nl_family = AF_NETLINK;
    self.nl_groups = RTMGRP_LINK;
    if (fd.valid() && ::bind(fd.get(), reinterpret_cast<sockaddr *>(&self), sizeof self) != 0)
        fd.reset();
    return fd;
}

/// Throws away what a non-blocking descriptor has. True if there was something.
bool drain(int fd) {
    std::array<char, 4096> buffer;
    bool any = false;
    while (::read(fd, buffer.data(), buffer.size()) > 0 || errno == ENOBUFS) {
        any = true;
        errno = 0;
    }
    return any;
}

/// The first line of a file that stays open, without its end; empty on an error.
std::string_view reread(int fd, std::span<char> buffer) {
    const auto got = ::pread(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0)
        return {};
    const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
    return text.substr(0, text.find('\n'));
}

} // namespace

Status RealWorld::take_state(const live::AreaState &state, const live::Paths &paths) {
    for (const auto &at : state.addresses) {
        if (server_count_ == servers_.size())
            break;
        if (make_address(at.family, at.address.c_str(), at.port, servers_[server_count_]))
            ++server_count_;
    }
    if (server_count_ == 0)
        return fail("the state file has no address of a server that can be used");
    export_name_ = state.export_name;
    backend_ = state.backend;
    if (!state.uuid.empty() && ::uuid_parse(state.uuid.c_str(), uuid_.data()) != 0)
        return fail(fmt::format("'{}' in the state file is no UUID", state.uuid));
    index_ = state.index;
    timeout_s_ = state.timeout_s;
    reserve_kb_ = static_cast<long>(state.min_free_set_kb);
    reserve_file_ = Fd(::open(paths.proc("sys/vm/min_free_kbytes").c_str(), O_RDWR | O_CLOEXEC));
    const auto backend = paths.sys(fmt::format("block/nbd{}/backend", index_));
    backend_file_ = Fd(::open(backend.c_str(), O_RDONLY | O_CLOEXEC));
    if (!backend_file_.valid())
        return fail(fmt::format("{}: {}; the device is not connected, take the area down and up",
                                backend, std::strerror(errno)));
    stat_file_ = Fd(
        ::open(paths.sys(fmt::format("block/nbd{}/stat", index_)).c_str(), O_RDONLY | O_CLOEXEC));
    return {};
}

Result<RealWorld> RealWorld::open(const live::AreaState &state, const live::Paths &paths,
                                  Reporter &reporter, std::optional<GenlClient> netswap) {
    RealWorld world;
    world.reporter_ = &reporter;
    world.netswap_ = std::move(netswap);
    if (auto ok = world.take_state(state, paths); !ok)
        return tl::unexpected(ok.error());
    GenlFamily nbd;
    if (!resolve_family(NBD_GENL_FAMILY_NAME, NBD_GENL_MCAST_GROUP_NAME, nbd))
        return tl::unexpected(errno_error("netlink family nbd (is the module loaded?)", errno));
    if (!world.nbd_.open(nbd) || !world.events_.open(nbd))
        return tl::unexpected(errno_error("netlink", errno));
    world.links_ = open_links();
    if (!world.links_.valid())
        return tl::unexpected(errno_error("route netlink", errno));
    const auto signals = stop_signals();
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    world.signals_ = Fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!world.signals_.valid())
        return tl::unexpected(errno_error("signalfd", errno));
    world.table_.open(paths.root("").c_str());
    world.fill_pool();
    return world;
}

std::uint64_t RealWorld::now_ns() {
    return keeper::now_ns();
}

Wake RealWorld::wait(std::uint64_t until_ns) {
    std::array<pollfd, 3> wait{
        {{signals_.get(), POLLIN, 0}, {events_.fd(), POLLIN, 0}, {links_.get(), POLLIN, 0}}};
    const auto now = now_ns();
    const auto left = until_ns > now ? until_ns - now : 0;
    const int ready =
        ::poll(wait.data(), wait.size(), static_cast<int>((left + ns_per_ms - 1) / ns_per_ms));
    Wake wake;
    if (ready <= 0)
        return wake;
    wake.stop = wait[0].revents != 0;
    if (wait[1].revents != 0)
        wake.links_dead = events_.take(index_);
    if (wait[2].revents != 0)
        wake.network_changed = drain(links_.get());
    return wake;
}

bool RealWorld::look(std::span<const std::uint16_t> ports, std::span<TcpState> states) {
    return table_.look({servers_.data(), server_count_}, ports, states);
}

void RealWorld::fill_pool() {
    for (auto &fd : pool_)
        if (!fd.valid())
            fd = open_socket(servers_[0].family(), timeout_s_);
}

/// One that was opened while there was memory, if its family fits.
Fd RealWorld::take_socket(int family) {
    if (family == servers_[0].family())
        for (auto &fd : pool_)
            if (fd.valid())
                return std::move(fd);
    return open_socket(family, timeout_s_);
}

/// A server of the same name may be another one, or have another disk by now: the kernel would read
/// from it what it never wrote there. False with errno, or 0, and a reason.
bool RealWorld::is_our_export(int fd, std::uint64_t deadline_ns, const char *&why) {
    if (uuid_ == live::SwapUuid{})
        return true; // brought up by a netswap that wrote none
    const auto io = read_first_page(fd, first_page_, deadline_ns);
    if (io != Io::done) {
        why = io == Io::timed_out ? "reading the swap header: no answer"
              : io == Io::closed  ? "reading the swap header: the server closed the connection"
                                  : "reading the swap header";
        errno = io == Io::failed ? errno : 0;
        return false;
    }
    errno = 0;
    why = "the export does not hold this area's swap: another server, or another disk";
    return live::swap_uuid(first_page_) == uuid_;
}

Attempt RealWorld::connect(std::uint64_t deadline_ns) {
    Attempt attempt;
    const auto &server = servers_[next_server_++ % server_count_];
    const auto refuse = [&](const char *why, int error) {
        attempt.os_error = error;
        std::snprintf(attempt.why.data(), attempt.why.size(), error != 0 ? "%s: %s" : "%s", why,
                      error != 0 ? strerrordesc_np(error) : "");
        return attempt;
    };
    auto fd = take_socket(server.family());
    if (!fd.valid())
        return refuse("no socket", errno);
    // Replies to a socket without the mark are dropped while memory is gone.
    if (netswap_)
        (void)netswap_->netswap_mark(fd.get());
    const auto io = connect_socket(fd.get(), server, deadline_ns);
    if (io != Io::done)
        return refuse(io == Io::timed_out ? "the server does not answer" : "connecting",
                      io == Io::failed ? errno : 0);
    const auto result = handshake(fd.get(), export_name_, deadline_ns);
    if (result.error != HandshakeError::none)
        return refuse(describe(result.error), result.os_error);
    const char *why = nullptr;
    if (errno = 0; !is_our_export(fd.get(), deadline_ns, why))
        return refuse(why, errno);
    attempt.port = local_port(fd.get());
    attempt.bytes = result.info.bytes;
    attempt.flags = result.info.flags;
    attempt.fd = std::move(fd).release();
    return attempt;
}

int RealWorld::hand_over(int fd) {
    return nbd_.nbd_reconfigure(index_, backend_.c_str(), fd);
}

void RealWorld::close(int fd) {
    ::close(fd);
    fill_pool();
}

bool RealWorld::device_is_ours() {
    std::array<char, 128> buffer;
    return reread(backend_file_.get(), buffer) == backend_;
}

bool RealWorld::device_removed() {
    return nbd_.nbd_reconfigure(index_, backend_.c_str(), -1) == EINVAL;
}

bool RealWorld::requests(Requests &out) {
    std::array<char, 512> buffer;
    return parse_requests(reread(stat_file_.get(), buffer), out);
}

bool RealWorld::keep_reserve() {
    std::array<char, 32> buffer;
    long now = 0;
    const auto text = reread(reserve_file_.get(), buffer);
    if (reserve_kb_ < 0 ||
        std::from_chars(text.data(), text.data() + text.size(), now).ec != std::errc{} ||
        now >= reserve_kb_)
        return false;
    const int size = std::snprintf(buffer.data(), buffer.size(), "%ld", reserve_kb_);
    return ::pwrite(reserve_file_.get(), buffer.data(), static_cast<std::size_t>(size), 0) == size;
}

} // namespace netswap::keeper
