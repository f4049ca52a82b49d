// SPDX-License-Identifier: GPL-2.0
// The verdict channel: one JSON object a line over a virtio serial port, or a plain one.
#pragma once

#include "guest/base.h"

#include <chrono>
#include <string>
#include <string_view>

namespace netswap::guest {

/// Where messages to the host go. The host reads a guest that falls silent as hung.
class Channel {
  public:
    virtual ~Channel() = default;
    /// Sends one message; `line` is JSON without a line end, at most max_line bytes.
    /// Allocates nothing. A lost line is not reported: nobody could be told.
    virtual void send(std::string_view line) = 0;

    /// The next whole line from the host, without its end, or nothing. Does not wait and
    /// allocates nothing; the text is valid until the next call.
    virtual std::string_view order() { return {}; }

    static constexpr std::size_t max_line = 32 * 1024;
};

class PortChannel final : public Channel {
  public:
    /// Finds the port by its name under /sys/class/virtio-ports and waits for it to appear.
    static Result<PortChannel> open(std::string_view port_name, std::chrono::milliseconds limit);
    /// A serial port, "ttyS1", whose line discipline is told to leave every byte alone.
    static Result<PortChannel> open_serial(const std::string &name);

    void send(std::string_view line) override;
    std::string_view order() override;

    /// One line from the host. An error after `limit`, or if it is longer than max_line.
    Result<std::string> receive(std::chrono::milliseconds limit);

  private:
    explicit PortChannel(Fd port) : port_(std::move(port)) {}

    Fd port_;
    std::string pending_;
    // Orders that have come in; the one given out last is dropped at the next look.
    char orders_[512];
    std::size_t orders_used_ = 0;
    std::size_t order_given_ = 0;
    // A message is one write, so that it arrives whole whoever else writes.
    std::string out_ = std::string(max_line + 1, '\0');
};

/// The serial port that the kernel's command line names with netswap.channel=, or "".
std::string_view serial_channel(std::string_view command_line);

} // namespace netswap::guest
