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
constexpr int lab_nbd_port = 10809;
constexpr const char *lab_export = "swap";

/// A new tap interface, up, with `address` ("10.77.0.1/24"), in this network namespace; the
/// loopback interface is brought up too. The interface vanishes when the descriptor is closed.
/// Packets carry a virtio header, as QEMU's own tap interfaces do.
Result<Fd> create_tap(const std::string &name, const std::string &address);

/// Addresses stay. While a tap is down, packets to and from it vanish.
Status set_interface_up(const std::string &name, bool up);

/// Bytes that went over the interface in both directions, 0 if it is not there.
std::uint64_t interface_bytes(const std::string &name);

/// Whether /dev/net/tun can be opened.
Status probe_tun();

} // namespace netswap
