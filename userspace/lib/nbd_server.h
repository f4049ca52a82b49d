// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/child.h"
#include "lib/result.h"

namespace netswap {

struct NbdServerConfig {
    std::string address;
    int port = 0;
    std::string export_name;
    std::int64_t size_bytes = 0;
    std::string scratch; ///< memory-backed directory of this run
    bool keep = false;   ///< what was written outlives the server's process
    int log_fd = -1;     ///< the server's output
};

/// Makes the command line of one kind of NBD server.
class NbdServer {
  public:
    virtual ~NbdServer() = default;
    /// Prepares files below config.scratch if the server needs any, and says how to start it.
    virtual Result<std::vector<std::string>> command(const NbdServerConfig &config) const = 0;
    /// Where the server writes its process id if it goes to the background, "" if it stays.
    [[nodiscard]] virtual std::string pid_file(const NbdServerConfig &) const { return {}; }
    [[nodiscard]] virtual std::string name() const = 0;
    /// Whether NbdServerConfig::keep is honoured.
    [[nodiscard]] virtual bool can_keep() const { return true; }
};

/// "nbdkit", "nbd-server", or a program given with a slash in its name, which is started with
/// ADDRESS PORT SIZE_IN_BYTES as its arguments and stays in the foreground. Anything else is bad
/// input.
Result<std::unique_ptr<NbdServer>> make_nbd_server(const std::string &choice);

/// Starts the server, which must serve config.export_name, and waits until it answers an NBD client
/// with the right size. The error is one line: not found, refuses, died, or answers garbage, with
/// the end of its output where that helps.
Result<Child> start_nbd_server(const NbdServer &server, const NbdServerConfig &config,
                               double limit_s = 10);

/// Connects as a client with libnbd, reads a block and leaves. `retry` is set if nothing listens.
Status check_nbd_server(const NbdServerConfig &config, double limit_s, bool &retry);

} // namespace netswap
