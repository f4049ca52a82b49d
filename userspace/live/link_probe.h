// SPDX-License-Identifier: GPL-2.0
// What only the kernel can tell about network cards: rings, channels, offloads, routes.
#pragma once

#include <optional>
#include <string>

#include "lib/result.h"

namespace netswap::live {

/// Each question has an answer or none; a driver that does not know says nothing.
class LinkProbe {
  public:
    virtual ~LinkProbe() = default;

    /// Buffers in one receive ring (ETHTOOL_GRINGPARAM).
    virtual std::optional<int> rx_ring(const std::string &nic) = 0;
    /// Channels in use that receive (ETHTOOL_GCHANNELS).
    virtual std::optional<int> rx_channels(const std::string &nic) = 0;
    virtual std::optional<bool> gro(const std::string &nic) = 0;
    virtual std::optional<bool> lro(const std::string &nic) = 0;
    virtual std::optional<bool> tso(const std::string &nic) = 0;

    /// The link over which packets to a server leave; "lo" for this machine itself. `server` is a
    /// numeric address or a name to look up. An error names the server.
    virtual Result<std::string> route_link(const std::string &server) = 0;
};

/// ethtool's ioctls, and RTM_GETROUTE.
class KernelLinkProbe final : public LinkProbe {
  public:
    std::optional<int> rx_ring(const std::string &nic) override;
    std::optional<int> rx_channels(const std::string &nic) override;
    std::optional<bool> gro(const std::string &nic) override;
    std::optional<bool> lro(const std::string &nic) override;
    std::optional<bool> tso(const std::string &nic) override;
    Result<std::string> route_link(const std::string &server) override;
};

} // namespace netswap::live
