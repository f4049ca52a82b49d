// SPDX-License-Identifier: GPL-2.0
// The requests about sockets and threads of the netlink family "netswap": netswap.ko has it on a
// hooked kernel, netswap_mark.ko on any other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "lib/fd.h"
#include "lib/result.h"
#include "live/genl_client.h"
#include "live/paths.h"

namespace netswap::live {

struct MarkedSocket {
    std::uint32_t id = 0;    ///< of the mark
    std::uint32_t inode = 0; ///< as in /proc/net; 0 without a file
    std::uint16_t family = 0;
    std::uint16_t protocol = 0; ///< of IP, 0 for other families
    std::string local;
    std::string remote;
    bool by_user = false; ///< not by a driver of the kernel
};

struct MarkPolicy {
    std::string policy; ///< "mainline", "bare"; "stock" without hooks
    std::uint32_t emergency_pages = 0;
    std::uint32_t marked_sockets = 0;
};

/// Errors carry the kernel's own words; last_errno() is for programs.
class Marks {
  public:
    virtual ~Marks() = default;

    /// Marks a socket of this process; returns the id of the mark.
    virtual Result<std::uint32_t> mark(int fd) = 0;
    virtual Status unmark(std::uint32_t id) = 0;
    /// All marks that can be listed, by id. On a kernel without hooks, those made by mark().
    virtual Result<std::vector<MarkedSocket>> list() = 0;
    /// The calling thread may use the reserve from now on, or no longer. It keeps away from file
    /// systems on disks meanwhile: they take such a thread for a reclaimer.
    virtual Status grant(bool on) = 0;
    virtual Result<MarkPolicy> policy() = 0;

    /// The kernel's errno of the last request, 0 if it succeeded.
    [[nodiscard]] virtual int last_errno() const = 0;
};

class KernelMarks : public Marks {
  public:
    /// Fails with the module to load if the family is not there.
    static Result<std::unique_ptr<KernelMarks>> open(const Paths &paths = Paths());

    Result<std::uint32_t> mark(int fd) override;
    Status unmark(std::uint32_t id) override;
    Status unmark_fd(int fd); ///< of this process
    Result<std::vector<MarkedSocket>> list() override;
    Status grant(bool on) override;
    Result<MarkPolicy> policy() override;
    [[nodiscard]] int last_errno() const override { return client_.last_errno(); }

  private:
    explicit KernelMarks(GenlClient client) : client_(std::move(client)) {}

    Status tell(int command, int attribute, std::uint32_t value);

    GenlClient client_;
};

/// Whether the kernel asks netswap's modules, or answers by itself.
bool kernel_has_hooks(const Paths &paths);

/// A copy of another process's descriptor. Bad input if there is none.
Result<Fd> fd_of_process(pid_t pid, int fd);

} // namespace netswap::live
