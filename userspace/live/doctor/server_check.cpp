// SPDX-License-Identifier: GPL-2.0
// Servers on this very machine, and proxies in the path: processes that swap-out waits for.
#include <algorithm>

#include <fmt/format.h>
#include <sys/socket.h>

#include "live/doctor/checks.h"

namespace netswap::live::doctor {

namespace {

constexpr std::string_view client_name = "nbd-client";

const Process *process_of(const Machine &machine, int pid) {
    for (const auto &process : machine.processes)
        if (process.pid == pid)
            return &process;
    return nullptr;
}

bool is_client(const Machine &machine, int pid) {
    const auto *process = process_of(machine, pid);
    return process != nullptr && process->name == client_name;
}

/// nbd's end of a connection: held by the kernel, or by the client that gave it away.
bool is_nbd_end(const Machine &machine, std::uint64_t inode) {
    const auto owners = machine.sockets.owners_of(inode);
    return std::all_of(owners.begin(), owners.end(),
                       [&](int pid) { return is_client(machine, pid); });
}

struct Seen {
    std::vector<int> servers;
    std::vector<int> proxies;
    int unknown = 0; ///< UNIX sockets whose other end the kernel does not tell

    void add(std::vector<int> &list, const std::vector<int> &pids) {
        for (const int pid : pids)
            if (std::find(list.begin(), list.end(), pid) == list.end())
                list.push_back(pid);
    }
};

Seen look(const Machine &machine) {
    Seen seen;
    for (const auto &socket : machine.sockets.tcp) {
        if (!is_nbd_end(machine, socket.inode) || !machine.own_address(socket.remote))
            continue;
        if (const auto *end = machine.sockets.other_end(socket))
            seen.add(seen.servers, machine.sockets.owners_of(end->inode));
    }
    for (const auto &socket : machine.sockets.local) {
        // A server's end has the name of its listener, whoever the client is.
        for (const auto &area : machine.areas)
            for (const auto &at : area.addresses)
                if (at.family == AF_UNIX && !socket.path.empty() && socket.path == at.address)
                    seen.add(seen.servers, machine.sockets.owners_of(socket.inode));
        if (!machine.sockets.in_kernel(socket.inode))
            continue;
        const auto peer = machine.outside.unix_peer(socket.inode);
        if (!peer) {
            ++seen.unknown;
            continue;
        }
        for (const int pid : machine.sockets.owners_of(*peer))
            seen.add(is_client(machine, pid) ? seen.proxies : seen.servers, {pid});
    }
    return seen;
}

} // namespace

Findings check_servers(const Machine &machine) {
    Findings out;
    const bool nbd = std::any_of(machine.swaps.network.begin(), machine.swaps.network.end(),
                                 [](const auto &area) { return area.transport == Transport::nbd; });
    if (!nbd)
        return out;
    const auto seen = look(machine);
    for (const int pid : seen.proxies)
        out.push_back({"server.tls_proxy", Severity::fatal,
                       fmt::format("nbd-client ({}) stands between the kernel and the server: its "
                                   "TLS proxy",
                                   pid),
                       "the kernel marks the socket pair to the proxy, not the connection; the "
                       "proxy needs memory to encrypt what would free memory",
                       "use the server without TLS over a trusted or tunnelled (WireGuard) link"});
    for (const int pid : seen.servers)
        if (const auto audit = audit_process(machine.paths, pid))
            for (auto &finding :
                 audit_findings(*audit, machine.flusher_flags, "server", "server on this host,"))
                out.push_back(std::move(finding));
    if (seen.servers.empty() && seen.proxies.empty())
        out.push_back(
            {"server.remote", seen.unknown > 0 ? Severity::note : Severity::ok,
             seen.unknown > 0
                 ? fmt::format("{} UNIX sockets of the kernel lead to nobody known", seen.unknown)
                 : "no server of an nbd area is on this host",
             seen.unknown > 0 ? "a server behind one of them would need protection" : "",
             seen.unknown > 0 ? "modprobe unix_diag, then again; or netswap doctor --pid" : ""});
    return out;
}

} // namespace netswap::live::doctor
