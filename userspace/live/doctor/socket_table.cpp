// SPDX-License-Identifier: GPL-2.0
#include "live/doctor/socket_table.h"

#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>

#include <arpa/inet.h>

#include "lib/proc_parse.h"
#include "lib/text.h"

namespace netswap::live::doctor {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view established = "01";
constexpr std::string_view stream = "0001";
constexpr std::string_view connected = "03";

bool end_point(std::string_view text, std::string &address, int &port) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return false;
    address = address_of_hex(text.substr(0, colon));
    const auto digits = text.substr(colon + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), port, 16);
    return !address.empty();
}

void read_tcp(const std::string &file, std::vector<TcpSocket> &out) {
    const auto text = read_file(file);
    if (!text)
        return;
    for (const auto line : split(*text, '\n')) {
        const auto fields = proc_words(line);
        TcpSocket socket;
        if (fields.size() < 10 || fields[3] != established ||
            !end_point(fields[1], socket.local, socket.local_port) ||
            !end_point(fields[2], socket.remote, socket.remote_port))
            continue;
        socket.inode = static_cast<std::uint64_t>(parse_number(fields[9]).value_or(0));
        if (socket.inode != 0)
            out.push_back(std::move(socket));
    }
}

void read_unix(const std::string &file, std::vector<UnixSocket> &out) {
    const auto text = read_file(file);
    if (!text)
        return;
    // Num RefCount Protocol Flags Type St Inode [Path]
    for (const auto line : split(*text, '\n')) {
        const auto fields = proc_words(line);
        if (fields.size() >= 7 && fields[4] == stream && fields[5] == connected)
            out.push_back({static_cast<std::uint64_t>(parse_number(fields[6]).value_or(0)),
                           fields.size() > 7 ? std::string(fields[7]) : ""});
    }
}

void read_owners(const Paths &paths, std::map<std::uint64_t, std::vector<int>> &owners) {
    constexpr std::string_view mark = "socket:[";
    std::error_code none;
    for (const auto &process : fs::directory_iterator(paths.proc(""), none)) {
        const auto pid = parse_number(process.path().filename().string());
        if (!pid)
            continue;
        std::error_code gone;
        for (const auto &fd : fs::directory_iterator(process.path() / "fd", gone)) {
            const auto target = fs::read_symlink(fd.path(), none).string();
            if (target.compare(0, mark.size(), mark) != 0)
                continue;
            const auto inode = parse_number(
                std::string_view(target).substr(mark.size(), target.size() - mark.size() - 1));
            if (!inode)
                continue;
            auto &list = owners[static_cast<std::uint64_t>(*inode)];
            if (list.empty() || list.back() != *pid)
                list.push_back(static_cast<int>(*pid));
        }
    }
}

} // namespace

std::string address_of_hex(std::string_view hex) {
    std::array<std::uint32_t, 4> parts{};
    const auto count = hex.size() / 8;
    if (hex.size() % 8 != 0 || (count != 1 && count != 4))
        return {};
    for (std::size_t i = 0; i < count; ++i) {
        const auto digits = hex.substr(i * 8, 8);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), parts[i], 16);
        if (error != std::errc{} || end != digits.data() + digits.size())
            return {};
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (count == 4 && parts[0] == 0 && parts[1] == 0 && parts[2] == htonl(0xffff))
        ::inet_ntop(AF_INET, &parts[3], text.data(), text.size());
    else
        ::inet_ntop(count == 4 ? AF_INET6 : AF_INET, parts.data(), text.data(), text.size());
    return text.data();
}

std::vector<int> SocketTable::owners_of(std::uint64_t inode) const {
    const auto found = owners.find(inode);
    return found == owners.end() ? std::vector<int>{} : found->second;
}

const TcpSocket *SocketTable::other_end(const TcpSocket &socket) const {
    for (const auto &at : tcp)
        if (at.local == socket.remote && at.local_port == socket.remote_port &&
            at.remote == socket.local && at.remote_port == socket.local_port)
            return &at;
    return nullptr;
}

SocketTable read_sockets(const Paths &paths) {
    SocketTable table;
    read_tcp(paths.proc("net/tcp"), table.tcp);
    read_tcp(paths.proc("net/tcp6"), table.tcp);
    read_unix(paths.proc("net/unix"), table.local);
    read_owners(paths, table.owners);
    return table;
}

} // namespace netswap::live::doctor
