// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/nbd_server.h"

namespace netswap {

/// The NBD server of a run, with what it takes to kill it and start it again.
class NbdService {
  public:
    /// As make_nbd_server() and start_nbd_server().
    static Result<NbdService> start(const std::string &choice, NbdServerConfig config);

    /// SIGKILL to it and to all it has started; returns once they are gone.
    Status kill();
    /// After kill(), on the same port and with what was written (NbdServerConfig::keep). Tries a
    /// few times, because the port may not be free at once.
    Status restart();

    [[nodiscard]] Child &process() { return process_; }

  private:
    NbdService(std::unique_ptr<NbdServer> server, NbdServerConfig config, Child process)
        : server_(std::move(server)), config_(std::move(config)), process_(std::move(process)) {}

    std::unique_ptr<NbdServer> server_;
    NbdServerConfig config_;
    Child process_;
};

} // namespace netswap
