// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "live/machine.h"

namespace netswap::cli {

/// Negotiates with libnbd, which can also say which exports there are when the one asked for is
/// not.
class LibnbdNegotiator final : public live::Negotiator {
  public:
    Result<live::NegotiatedSocket> connect(const live::ServerAddress &server,
                                           const std::string &export_name,
                                           std::uint64_t request_timeout_s) override;
};

} // namespace netswap::cli
