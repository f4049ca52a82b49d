// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "live/machine.h"

namespace netswap::live {

/// The keeper's handshake as a negotiator, for where libnbd does not fit.
class LeanNegotiator final : public Negotiator {
  public:
    Result<NegotiatedSocket> connect(const ServerAddress &server, const std::string &export_name,
                                     std::uint64_t request_timeout_s) override;
};

/// Opens and connects a socket as the keeper would, within `limit_s`; "ADDRESS:PORT: reason".
Result<Fd> connect_to_server(const ServerAddress &server, std::uint64_t request_timeout_s,
                             double limit_s);

/// "192.0.2.1:10809", "[2001:db8::1]:10809", "/run/socket".
std::string server_text(const ServerAddress &server);

} // namespace netswap::live
