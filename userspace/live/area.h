// SPDX-License-Identifier: GPL-2.0
// What the administrator asks for: one swap area, from flags or from the configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace netswap::live {

/// Seconds that stand for "never" in a dead-connection time limit.
inline constexpr std::uint64_t never_s = 10ULL * 365 * 24 * 3600;

enum class ReservePolicy {
    automatic, ///< what `netswap plan` computes, if that is more than there is
    keep,      ///< the machine's reserve is left alone
    fixed,     ///< AreaSpec::reserve_bytes
};

enum class GuardPolicy { automatic, never }; ///< netswap_guard on a kernel without hooks
enum class Via { netlink, nbd_client };      ///< who hands the sockets to the kernel

/// Names of flags and of keys in the configuration are the same: conns, size, prio, timeout,
/// dead-conn-timeout, persist, reserve, guard, via, force.
struct AreaSpec {
    std::string name; ///< [a-z0-9_-]{1,31}; names the files and the unit
    std::string uri;  ///< nbd://host[:port]/export or nbd+unix:///export?socket=PATH
    int conns = 1;    ///< 1 to 16
    std::optional<std::uint64_t> size; ///< bytes; the whole export without it
    std::optional<int> prio;           ///< swap priority 0 to 32767; the kernel's choice without it
    std::optional<std::uint64_t> timeout_s; ///< of a request; 10 for TCP, 0 (none) for UNIX sockets
    std::uint64_t dead_conn_timeout_s = never_s; ///< how long I/O waits for a new connection
    bool persist = true;                         ///< reconnect
    ReservePolicy reserve = ReservePolicy::automatic;
    std::uint64_t reserve_bytes = 0;
    GuardPolicy guard = GuardPolicy::automatic;
    Via via = Via::netlink;
    bool force = false; ///< overwrite what is on the device
};

} // namespace netswap::live
