// SPDX-License-Identifier: GPL-2.0
// Devices, addresses and rules for tests about packets, as long as their objects live.
#pragma once

#include "frame.h"
#include "guest/base.h"

#include <string>

namespace netswap::guest {

/// A device of the kernel that lets everything vanish ("dummy0"), with an address of each family:
/// 198.51.100.1/24 and 2001:db8::1/64.
class DummyDevice {
  public:
    DummyDevice();
    DummyDevice(const DummyDevice &) = delete;
    DummyDevice &operator=(const DummyDevice &) = delete;
    ~DummyDevice();

    static bool there();

    static constexpr const char *name = "dummy0";
    static constexpr const char *address = "198.51.100.1";
    static constexpr const char *address6 = "2001:db8::1";
    static constexpr const char *neighbour = "198.51.100.2";
    static constexpr const char *neighbour6 = "2001:db8::2";
};

/// "lo", up as long as this object lives, and longer if it was before.
class LoopbackDevice {
  public:
    LoopbackDevice();
    LoopbackDevice(const LoopbackDevice &) = delete;
    LoopbackDevice &operator=(const LoopbackDevice &) = delete;
    ~LoopbackDevice();

  private:
    bool was_up_ = false;
};

/// An Ethernet device that a program should read from, and does not: 203.0.113.1/24.
class UnreadTap {
  public:
    UnreadTap();

    static constexpr const char *name = "nstap0";
    static constexpr const char *neighbour = "203.0.113.9";

  private:
    Fd fd_;
};

/// A rule that gives all UDP for this machine to a queue, which is bound and not read.
class UnreadQueue {
  public:
    UnreadQueue();
    UnreadQueue(const UnreadQueue &) = delete;
    UnreadQueue &operator=(const UnreadQueue &) = delete;
    ~UnreadQueue();

  private:
    Fd queue_;
};

/// The kernel forwards IPv4 as long as it lives.
class Forwarding {
  public:
    Forwarding();
    Forwarding(const Forwarding &) = delete;
    Forwarding &operator=(const Forwarding &) = delete;
    ~Forwarding();
};

/// Brings an interface up or down.
void set_up(const char *device, bool up);

LinkAddress link_address(const std::string &device);

/// A packet socket for `protocol` on `device`.
Fd packet_socket(const std::string &device, int protocol);

} // namespace netswap::guest
