// SPDX-License-Identifier: GPL-2.0
#include "live/socket_report.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace netswap::live {

namespace {

const SocketOwner *owner_of(const MarkedSocket &socket, const SocketOwners &owners) {
    const auto found = socket.inode == 0 ? owners.end() : owners.find(socket.inode);
    return found == owners.end() ? nullptr : &found->second;
}

std::string or_dash(const std::string &text) {
    return text.empty() ? "-" : text;
}

} // namespace

std::string protocol_name(const MarkedSocket &socket) {
    if (socket.family == AF_UNIX)
        return "unix";
    if (socket.family != AF_INET && socket.family != AF_INET6)
        return fmt::format("family {}", socket.family);
    const char *six = socket.family == AF_INET6 ? "6" : "";
    switch (socket.protocol) {
    case IPPROTO_TCP:
        return fmt::format("tcp{}", six);
    case IPPROTO_UDP:
        return fmt::format("udp{}", six);
    default:
        return fmt::format("ip{} {}", six, socket.protocol);
    }
}

std::string socket_table(const std::vector<MarkedSocket> &sockets, const SocketOwners &owners) {
    constexpr const char *row = "{:>5}  {:<6} {:<28} {:<28} {:>9}  {:<7} {}\n";
    auto table = fmt::format(row, "ID", "PROTO", "LOCAL", "REMOTE", "INODE", "BY", "PROCESS");
    for (const auto &socket : sockets) {
        const auto *owner = owner_of(socket, owners);
        table +=
            fmt::format(row, socket.id, protocol_name(socket), or_dash(socket.local),
                        or_dash(socket.remote), socket.inode, socket.by_user ? "user" : "kernel",
                        owner != nullptr ? fmt::format("{}/{}", owner->pid, owner->program) : "-");
    }
    return table;
}

std::string socket_json(const std::vector<MarkedSocket> &sockets, const SocketOwners &owners,
                        bool hooked) {
    auto list = nlohmann::json::array();
    for (const auto &socket : sockets) {
        const auto *owner = owner_of(socket, owners);
        nlohmann::json one = {{"id", socket.id},
                              {"inode", socket.inode},
                              {"protocol", protocol_name(socket)},
                              {"local", socket.local},
                              {"remote", socket.remote},
                              {"by", socket.by_user ? "user" : "kernel"},
                              {"pid", nullptr},
                              {"program", nullptr}};
        if (owner != nullptr) {
            one["pid"] = owner->pid;
            one["program"] = owner->program;
        }
        list.push_back(std::move(one));
    }
    const nlohmann::json out = {{"kernel", hooked ? "hooked" : "stock"},
                                {"kernel_marks_listed", hooked},
                                {"sockets", std::move(list)}};
    return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace netswap::live
