// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>

#include "lib/fd.h"
#include "lib/result.h"

namespace netswap {

/// Addresses of the lab; the guest side is set by the guest's agent.
constexpr const char *lab_host_address = "10.77.0.1";
constexpr const char *lab_tap_name = "nst0";
constexpr const char *lab_inner_tap_name = "nst1"; ///< the host's end of a lossy link
constexpr int lab_nbd_port = 10809;
constexpr const char *lab_export = "swap";

/// A new tap interface, up, with `address` ("10.77.0.1/24"), in this network namespace; without
/// address it does not answer ARP either. The loopback interface is brought up too. The interface
/// vanishes when the descriptor is closed. Packets carry a virtio header, as QEMU's own tap
/// interfaces do.
Result<Fd> create_tap(const std::string &name, const std::string &address);

/// Addresses stay. While a tap is down, packets to and from it vanish.
Status set_interface_up(const std::string &name, bool up);

Status set_interface_mtu(const std::string &name, int mtu);

/// A route to `network` ("10.78.0.0/24") by way of a neighbour.
Status add_route(const std::string &network, const std::string &gateway);

/// Bytes that went over the interface in both directions, 0 if it is not there.
std::uint64_t interface_bytes(const std::string &name);

/// Whether /dev/net/tun can be opened.
Status probe_tun();

} // namespace netswap
