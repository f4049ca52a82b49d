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

/// An Ethernet device that a program should read from, and does not: 203.0.113.1/24 and
/// 2001:db8:1::1/64.
class UnreadTap {
  public:
    UnreadTap();

    static constexpr const char *name = "nstap0";
    static constexpr const char *neighbour = "203.0.113.9";
    static constexpr const char *neighbour6 = "2001:db8:1::9";

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

/// A file below /proc/sys that has another value as long as this object lives.
class Sysctl {
  public:
    Sysctl(const std::string &name, const std::string &value);
    Sysctl(const Sysctl &) = delete;
    Sysctl &operator=(const Sysctl &) = delete;
    ~Sysctl();

  private:
    std::string file_, before_;
};

/// The kernel forwards IP of both versions as long as it lives.
class Forwarding {
    Sysctl ipv4_{"net/ipv4/ip_forward", "1"}, ipv6_{"net/ipv6/conf/all/forwarding", "1"};
};

/// The kernel answers ARP on `device` for whom it reaches elsewhere, after hours.
class SlowProxy {
  public:
    explicit SlowProxy(const std::string &device)
        : answer_("net/ipv4/conf/" + device + "/proxy_arp", "1"),
          delay_("net/ipv4/neigh/" + device + "/proxy_delay", "1000000") {}

  private:
    Forwarding forwarding_;
    Sysctl answer_, delay_;
};

/// Brings an interface up or down.
void set_up(const char *device, bool up);

LinkAddress link_address(const std::string &device);

/// A packet socket for `protocol` on `device`.
Fd packet_socket(const std::string &device, int protocol);

} // namespace netswap::guest
