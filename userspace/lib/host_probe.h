// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>

#include "lib/result.h"

namespace netswap {

/// Facts about this host that decide whether a campaign can run here. The tests have their own.
class HostFacts {
  public:
    virtual ~HostFacts() = default;
    virtual Status tun() const = 0;
    virtual Status namespaces() const = 0;
    /// "7.2.22"; an error if there is no QEMU.
    virtual Result<std::string> qemu_version() const = 0;
    virtual Result<std::int64_t> free_disk_mib(const std::string &directory) const = 0;
    virtual std::int64_t available_memory_mib() const = 0;
    virtual int cpus() const = 0;
};

class RealHost final : public HostFacts {
  public:
    Status tun() const override;
    Status namespaces() const override;
    Result<std::string> qemu_version() const override;
    Result<std::int64_t> free_disk_mib(const std::string &directory) const override;
    std::int64_t available_memory_mib() const override;
    int cpus() const override;
};

struct HostNeeds {
    bool network = true;         ///< a tap is needed
    std::string log_directory;   ///< where there must be room
    std::int64_t disk_mib = 100; ///< room for logs
    std::int64_t memory_mib = 0; ///< guests and their swap, all jobs together
};

/// The first thing that is missing, with exit_host and a hint on what to do about it.
Status check_host(const HostFacts &host, const HostNeeds &needs);

} // namespace netswap
