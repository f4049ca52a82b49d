// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>

#include "lib/result.h"

namespace netswap {

/// Something that happened to a running guest.
struct MachineEvent {
    enum class Kind {
        channel_line, ///< text: one line of the verdict channel, without its end
        console,      ///< text: what the console printed
        machine_end,  ///< text: how QEMU ended; nothing follows but console text
        server_end,   ///< text: how the NBD server ended
        time_out,     ///< nothing happened in the time given
    };
    Kind kind = Kind::time_out;
    std::string text;
};

/// A running guest as the supervisor sees it. The tests have one made of a script.
class Machine {
  public:
    virtual ~Machine() = default;
    /// Waits at most `limit_s` seconds for the next event.
    virtual MachineEvent wait(double limit_s) = 0;
    /// Sends a line, with its end, to the guest's agent. A guest that is gone is no error here.
    virtual void send_line(const std::string &line) = 0;
    /// BREAK and this letter on the serial console.
    virtual void send_sysrq(char key) = 0;
    /// Bytes over the guest's network interface so far, both directions; 0 without a network.
    virtual std::uint64_t wire_bytes() = 0;
    /// Ends the guest at once.
    virtual void stop() = 0;
};

/// A guest whose instructions are counted.
class CountedMachine : public Machine {
  public:
    /// How many the guest has made.
    virtual Result<std::uint64_t> instructions() = 0;
    /// Whether it stands still, as at the end of a recording.
    virtual bool paused() = 0;
};

} // namespace netswap
