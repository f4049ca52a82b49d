// SPDX-License-Identifier: GPL-2.0
#include "keeper/nbd_netlink.h"

#include "keeper/netlink_message.h"
#include "keeper/timed_io.h"

#include <algorithm>
#include <cerrno>

#include <linux/nbd-netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include "kmod/uapi/netswap.h"

namespace netswap::keeper {

namespace {

constexpr std::uint64_t answer_limit_ns = 10 * ns_per_s;
constexpr std::size_t answer_bytes = 8192;

Fd open_genl() {
    Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC));
    sockaddr_nl self{};
    self.nl_family = AF_NETLINK;
    if (fd.valid() && ::bind(fd.get(), reinterpret_cast<sockaddr *>(&self), sizeof self) != 0)
        fd.reset();
    return fd;
}

bool send_message(int fd, std::span<const unsigned char> message) {
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    return ::sendto(fd, message.data(), message.size(), 0,
                    reinterpret_cast<const sockaddr *>(&kernel),
                    sizeof kernel) == static_cast<ssize_t>(message.size());
}

/// Calls `take(type, sequence, body)` with each message of a datagram.
template <typename Take>
void for_each_message(std::span<const unsigned char> rest, Take take) {
    while (rest.size() >= sizeof(nlmsghdr)) {
        nlmsghdr head;
        std::memcpy(&head, rest.data(), sizeof head);
        if (head.nlmsg_len < sizeof head || head.nlmsg_len > rest.size())
            return;
        take(head, rest.subspan(sizeof head, head.nlmsg_len - sizeof head));
        rest = rest.subspan(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), rest.size()));
    }
}

std::span<const unsigned char> attributes_of(std::span<const unsigned char> body) {
    return body.size() < GENL_HDRLEN ? std::span<const unsigned char>{} : body.subspan(GENL_HDRLEN);
}

/// Waits for the answer to the request `sequence`: 0, or an errno value. `take` sees the bodies
/// of the messages that carry data.
template <typename Take>
int wait_for_answer(int fd, std::uint32_t sequence, Take take) {
    alignas(nlmsghdr) std::array<unsigned char, answer_bytes> buffer;
    const auto deadline = now_ns() + answer_limit_ns;
    int result = -1;
    while (result < 0) {
        const auto got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN) {
            if (const auto ready = wait_ready(fd, POLLIN, deadline); ready != Io::done)
                return ready == Io::timed_out ? ETIMEDOUT : errno;
            continue;
        }
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 ? EPIPE : errno;
        for_each_message({buffer.data(), static_cast<std::size_t>(got)},
                         [&](const nlmsghdr &head, std::span<const unsigned char> body) {
                             if (head.nlmsg_seq != sequence)
                                 return;
                             if (head.nlmsg_type == NLMSG_ERROR && body.size() >= sizeof(int)) {
                                 int error = 0;
                                 std::memcpy(&error, body.data(), sizeof error);
                                 result = -error;
                             } else {
                                 take(body);
                             }
                         });
    }
    return result;
}

/// The number of the multicast group `name` in the attribute that lists them; 0 if it is not there.
std::uint32_t find_group(const Attribute &groups, std::string_view name) {
    std::uint32_t found = 0;
    for_each_attribute(groups.data, [&](const Attribute &group) {
        std::uint32_t id = 0;
        bool matches = false;
        for_each_attribute(group.data, [&](const Attribute &item) {
            if (item.type == CTRL_ATTR_MCAST_GRP_ID)
                id = item.u32();
            else if (item.type == CTRL_ATTR_MCAST_GRP_NAME)
                matches = item.text() == name;
        });
        if (matches)
            found = id;
    });
    return found;
}

} // namespace

bool resolve_family(const char *family, const char *group_name, GenlFamily &out) {
    const auto fd = open_genl();
    if (!fd.valid())
        return false;
    GenlRequest ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 1);
    ask.put_string(CTRL_ATTR_FAMILY_NAME, family);
    if (!send_message(fd.get(), ask.finish()))
        return false;
    out = {};
    const int error = wait_for_answer(fd.get(), 1, [&](std::span<const unsigned char> body) {
        for_each_attribute(attributes_of(body), [&](const Attribute &item) {
            if (item.type == CTRL_ATTR_FAMILY_ID)
                out.id = item.u16();
            else if (item.type == CTRL_ATTR_MCAST_GROUPS && group_name != nullptr)
                out.group = find_group(item, group_name);
        });
    });
    errno = error != 0 ? error : ENOENT;
    return error == 0 && out.id != 0;
}

bool GenlClient::open(const GenlFamily &family) {
    family_ = family;
    socket_ = open_genl();
    return socket_.valid();
}

int GenlClient::ask(GenlRequest &request) {
    if (!socket_.valid())
        return ENOTCONN;
    if (!request.ok())
        return EMSGSIZE;
    if (!send_message(socket_.get(), request.finish()))
        return errno;
    return wait_for_answer(socket_.get(), sequence_, [](std::span<const unsigned char>) {});
}

int GenlClient::nbd_reconfigure(int index, const char *backend, int fd) {
    GenlRequest request(family_.id, NBD_CMD_RECONFIGURE, NBD_GENL_VERSION, ++sequence_);
    request.put_u32(NBD_ATTR_INDEX, static_cast<std::uint32_t>(index));
    if (backend[0] != '\0')
        request.put_string(NBD_ATTR_BACKEND_IDENTIFIER, backend);
    if (fd >= 0) {
        const auto sockets = request.begin_nest(NBD_ATTR_SOCKETS);
        const auto item = request.begin_nest(NBD_SOCK_ITEM);
        request.put_u32(NBD_SOCK_FD, static_cast<std::uint32_t>(fd));
        request.end_nest(item);
        request.end_nest(sockets);
    }
    return ask(request);
}

int GenlClient::netswap_mark(int fd) {
    GenlRequest request(family_.id, NETSWAP_CMD_SOCKET_MARK, NETSWAP_FAMILY_VERSION, ++sequence_);
    request.put_u32(NETSWAP_A_SOCKET_FD, static_cast<std::uint32_t>(fd));
    return ask(request);
}

int GenlClient::netswap_grant(bool on) {
    GenlRequest request(family_.id, NETSWAP_CMD_TASK_GRANT, NETSWAP_FAMILY_VERSION, ++sequence_);
    request.put_u32(NETSWAP_A_TASK_ON, on ? 1 : 0);
    return ask(request);
}

std::optional<GenlClient> netswap_client() {
    GenlFamily family;
    GenlClient client;
    if (!resolve_family(NETSWAP_FAMILY_NAME, nullptr, family) || !client.open(family))
        return std::nullopt;
    return client;
}

bool NbdEvents::open(const GenlFamily &family) {
    family_ = family.id;
    socket_ = open_genl();
    if (!socket_.valid() || family.group == 0)
        return false;
    const auto group = static_cast<int>(family.group);
    return ::setsockopt(socket_.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) ==
           0;
}

int NbdEvents::take(int index) {
    alignas(nlmsghdr) std::array<unsigned char, answer_bytes> buffer;
    int dead = 0;
    for (;;) {
        const auto got = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && errno == ENOBUFS)
            return -1;
        if (got <= 0)
            return dead;
        for_each_message({buffer.data(), static_cast<std::size_t>(got)},
                         [&](const nlmsghdr &head, std::span<const unsigned char> body) {
                             if (head.nlmsg_type != family_ || body.size() < GENL_HDRLEN ||
                                 body[0] != NBD_CMD_LINK_DEAD)
                                 return;
                             for_each_attribute(attributes_of(body), [&](const Attribute &item) {
                                 if (item.type == NBD_ATTR_INDEX &&
                                     item.u32() == static_cast<unsigned>(index))
                                     ++dead;
                             });
                         });
    }
}

} // namespace netswap::keeper
