// SPDX-License-Identifier: GPL-2.0
// The kernel's generic netlink family "nbd", as far as a daemon needs it that must not allocate.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/fd.h"

namespace netswap::keeper {

/// A generic netlink family by number, and one multicast group of it (0: it has none).
struct GenlFamily {
    std::uint16_t id = 0;
    std::uint32_t group = 0;
};

/// Asks the kernel; false, and errno, if there is no such family. `group_name` may be null.
bool resolve_family(const char *family, const char *group_name, GenlFamily &out);

/// Sends requests to one family and waits for their answers. No heap.
class GenlClient {
  public:
    /// False, and errno, if no socket can be had.
    bool open(const GenlFamily &family);

    /// NBD_CMD_RECONFIGURE: puts the connected socket `fd` into the place of a dead connection of
    /// device `index` whose identifier is `backend`. Returns 0 or an errno value. The kernel
    /// returns 0 as well when no connection is dead; the socket is not taken then. Without a socket
    /// (-1) nothing changes; EINVAL says that the device takes none, for it was disconnected.
    int nbd_reconfigure(int index, const char *backend, int fd);

    /// netswap's task-grant and socket-mark (kmod/uapi/netswap.yaml); 0 or an errno value.
    int netswap_grant(bool on);
    int netswap_mark(int fd);

  private:
    int ask(class GenlRequest &request);

    GenlFamily family_;
    Fd socket_;
    std::uint32_t sequence_ = 0;
};

/// A client of netswap's own family; none if no module has it.
std::optional<GenlClient> netswap_client();

/// Listens to the family's multicast group.
class NbdEvents {
  public:
    bool open(const GenlFamily &family);
    [[nodiscard]] int fd() const { return socket_.get(); }
    /// How many connections of device `index` the kernel gave up since the last call. -1: messages
    /// were lost.
    int take(int index);

  private:
    Fd socket_;
    std::uint16_t family_ = 0;
};

} // namespace netswap::keeper
