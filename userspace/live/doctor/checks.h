// SPDX-License-Identifier: GPL-2.0
// The checks, one function each in a file of its own or of its group. A check reads the machine
// and changes nothing; what it cannot read it says in a note, or leaves out where it has no
// bearing.
#pragma once

#include <array>

#include "live/doctor/finding.h"
#include "live/doctor/machine.h"

namespace netswap::live::doctor {

struct Check {
    const char *group; ///< first part of the ids
    Findings (*run)(const Machine &machine);
};

Findings check_kernel(const Machine &machine);     // kernel.*
Findings check_marks(const Machine &machine);      // mark.*
Findings check_nics(const Machine &machine);       // nic.*
Findings check_reserve(const Machine &machine);    // reserve.*
Findings check_nbd(const Machine &machine);        // swap.*
Findings check_transports(const Machine &machine); // swap.*
Findings check_servers(const Machine &machine);    // server.*
Findings check_keepers(const Machine &machine);    // daemon.*
Findings check_nbd_client(const Machine &machine); // nbd-client.*
Findings check_network(const Machine &machine);    // net.*
Findings check_boot(const Machine &machine);       // boot.*

/// In the order in which they run.
inline constexpr std::array<Check, 11> checks{{{"kernel", check_kernel},
                                               {"mark", check_marks},
                                               {"nic", check_nics},
                                               {"reserve", check_reserve},
                                               {"swap", check_nbd},
                                               {"swap", check_transports},
                                               {"server", check_servers},
                                               {"daemon", check_keepers},
                                               {"nbd-client", check_nbd_client},
                                               {"net", check_network},
                                               {"boot", check_boot}}};

/// All of them.
Findings check_all(const Machine &machine);

/// One process in the write-out path: `doctor --pid` and every check that meets one.
/// `role` begins the text: "server on this host".
Findings audit_findings(const ProcessAudit &audit, std::uint64_t flusher_flags,
                        const std::string &id, const std::string &role);

/// Whether this machine's virtio_net is safe: hooks with rx_reserve, or the guard.
bool refill_is_cured(const Machine &machine);

} // namespace netswap::live::doctor
