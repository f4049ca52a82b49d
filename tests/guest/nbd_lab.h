// SPDX-License-Identifier: GPL-2.0
// An NBD server inside the guest, and what becomes of its clients.
#pragma once

#include "guest/process.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace netswap::guest {

inline constexpr const char *no_server = "needs nbdkit and nbd-client in the image";

bool have_server();

/// nbdkit with 16 MiB of memory as the export "", on 127.0.0.1 and its neighbours; killed with the
/// object.
class LabServer {
  public:
    /// `before`: words in front of the command line, such as /bin/netswap run --. `disk`: a file
    /// that keeps the pages when the server ends, made if it is not there.
    static Result<LabServer> start(const std::vector<std::string> &before = {},
                                   const std::string &disk = "");
    /// The same at this UNIX socket instead.
    static Result<LabServer> start_unix(const std::string &path, const std::string &disk);

    [[nodiscard]] pid_t pid() const { return child_.pid(); }
    static constexpr const char *address = "127.0.0.1";
    static constexpr const char *port = "10810";

  private:
    static Result<LabServer> run(const std::vector<std::string> &argv,
                                 const std::function<bool()> &answers);
    explicit LabServer(Child child) : child_(std::move(child)) {}
    Child child_;
};

/// A process that inherits nothing of the agent's protection: neither its OOM score nor its
/// flags. Runs nbd-client to the end of what stays in the foreground; what it printed.
Result<std::string> run_client(const std::vector<std::string> &arguments);

/// The same, for a client that stays in the foreground.
Result<Child> start_client(const std::vector<std::string> &arguments);

/// Disconnects /dev/nbd1 and kills what nbd-client has left behind.
void clear_client();

/// Processes of this name.
std::vector<int> processes_named(const std::string &name);

/// Can a block be read from the device, each try in a process of its own, within the limit?
bool readable_within(const char *device, double seconds);

/// Is there swap on a device whose path begins so?
bool swap_is_on(const std::string &device);

/// Into the kernel's log, so that the console of the run tells what was seen.
void log_seen(const std::string &what);

} // namespace netswap::guest
