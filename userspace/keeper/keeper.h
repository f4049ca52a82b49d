// SPDX-License-Identifier: GPL-2.0
// Watches the connections of one area that is up and replaces those that are lost.
//
// A connection that the kernel gave up by a time limit may still have writes on their way to the
// server. The kernel repeats them on the next connection; if an old one came in late, it could
// overwrite a page that was written since. So a new connection is handed over only when the server
// is seen to have closed the old one, or TCP has thrown away what it had queued.
//
// No heap anywhere below run().
#pragma once

#include <array>
#include <cstdint>

#include "keeper/slots.h"
#include "keeper/stall.h"
#include "keeper/world.h"
#include "live/live_page.h"

namespace netswap::keeper {

/// What the keeper must know of the area. Fixed size.
struct Area {
    std::array<char, 32> name{};
    int conns = 1;
    std::uint64_t bytes = 0;        ///< of the device; the server must still have as much
    std::uint64_t server_flags = 0; ///< the server must still say the same
    bool persist = true;
    bool tcp = true;               ///< false: UNIX sockets, which no table shows
    std::uint64_t watchdog_ns = 0; ///< 0: the service manager wants none
};

enum class Ended { stopped, device_gone };

class Keeper {
  public:
    /// `page` must hold the ports of the connections, as far as they are known.
    Keeper(World &world, const Area &area, live::LivePage &page);

    /// Returns when it is told to stop, or when the device is no longer the area's.
    Ended run();

  private:
    void look();
    void count_dead(int links_dead);
    void note(std::uint64_t now);
    void recovered(std::uint64_t now);
    bool check_removed();
    void adopt();
    void doubt(std::uint64_t now);
    void look_for_stall(std::uint64_t now);
    void replace_dead(std::uint64_t now);
    void not_connected(const Attempt &attempt, const Slot &slot);
    bool take(const Attempt &attempt, Slot &slot);
    void failed(const char *why, int os_error, std::uint64_t now);
    void tell_manager(std::uint64_t now);
    void housekeeping(std::uint64_t now);

    World &world_;
    const Area area_;
    live::LivePage &page_;
    Slots slots_;
    Stall stall_;
    std::uint64_t next_attempt_ns_ = 0;
    std::uint64_t next_housekeeping_ns_ = 0;
    std::uint64_t next_manager_ns_ = 0;
    std::uint64_t next_doubt_ns_ = 0;
    int failures_ = 0;
    int rounds_ = 0; ///< of hand-overs after which not all were up
    bool stalled_ = false;
    bool fence_told_ = false;
    bool removed_ = false; ///< disconnected by somebody else: nothing can be replaced any more
};

} // namespace netswap::keeper
