// SPDX-License-Identifier: GPL-2.0
// What the checks look at: read once, so that they all speak of the same moment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "live/area_state.h"
#include "live/doctor/finding.h"
#include "live/doctor/network_swap.h"
#include "live/doctor/outside.h"
#include "live/doctor/socket_table.h"
#include "live/process_audit.h"

namespace netswap::live::doctor {

struct Nic {
    std::string interface;
    std::string driver; ///< as sysfs names it; empty for a device without one
    int mtu = 0;
    int rx_queues = 0;
};

struct Process {
    int pid = 0;
    std::string name;
    std::vector<std::string> arguments;
};

struct Machine {
    Machine(Paths where, Outside &world) : paths(std::move(where)), outside(world) {}

    Paths paths;
    Outside &outside;
    std::string release;
    bool hooked = false; ///< /sys/kernel/memreserve is there
    SwapSurvey swaps;
    std::vector<AreaState> areas;
    Findings broken; ///< what could not be read while this was filled
    SocketTable sockets;
    std::vector<Process> processes;
    std::vector<std::string> servers; ///< numeric: from --server, the areas and nbd's connections
    std::vector<Route> routes;        ///< to them; "lo" for a server on this machine
    std::vector<Nic> nics;            ///< that lead there; without a known server: all cards
    std::uint64_t flusher_flags = known_flusher_flags;
    int pages_kb = 4;
    int cpus = 1;

    [[nodiscard]] bool module_loaded(const std::string &name) const;
    /// Trimmed content, or nothing.
    [[nodiscard]] std::optional<std::string> sys(const std::string &path) const;
    [[nodiscard]] std::optional<std::string> proc(const std::string &path) const;
    [[nodiscard]] std::optional<std::int64_t> sysctl(const std::string &path) const;
    /// Who answers a group of questions of a hooked kernel: "mainline", "module:rx_reserve".
    [[nodiscard]] std::string answerer(const std::string &group) const;
    /// Something swaps over the network, or the user named a server for it.
    [[nodiscard]] bool meant() const { return !swaps.network.empty() || !servers.empty(); }
    [[nodiscard]] const AreaState *area_of(const std::string &device) const;
    [[nodiscard]] bool own_address(const std::string &address) const;
};

/// `server`: as the user named it, or empty. A name that does not resolve is bad input.
Result<Machine> examine(const Paths &paths, Outside &outside, const std::string &server);

} // namespace netswap::live::doctor
