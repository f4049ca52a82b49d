// SPDX-License-Identifier: GPL-2.0
// Packets in reserve memory without a shortage; kmod/tests/marked_packets.c makes them.
#pragma once

#include "frame.h"
#include "lab_kernel.h"
#include "test_net.h"

#include <chrono>
#include <string>
#include <thread>

namespace netswap::guest {

inline const std::string marked_packets_module = "marked_packets";

inline bool packets_can_be_marked() {
    return complete() && image_has(marked_packets_module) && DummyDevice::there();
}

inline constexpr const char *no_marked_packets =
    "needs the hooked kernel, its modules and a dummy device";

/// The UDP port behind which a tunnel of that module keeps what it gets.
inline constexpr int tunnel_port = 4790;

/// As long as it lives a socket is marked, and packets can be sent.
class MarkedPackets {
  public:
    explicit MarkedPackets(const std::string &params = "")
        : module_(marked_packets_module, params) {}

    /// `way`: as the module describes them.
    static void send(const std::string &way, const std::string &device, int count,
                     const Frame &frame) {
        const auto sent =
            write_text(parameter("send"),
                       way + ' ' + device + ' ' + std::to_string(count) + ' ' + frame.hex());
        INFO((sent ? "" : sent.error().message));
        REQUIRE(sent.has_value());
    }

    /// How many payloads are still in use once everybody had time to let go of theirs.
    static int held() {
        using namespace std::chrono_literals;
        int last = -1;
        for (int tries = 0; tries < 10 && last != 0; ++tries) {
            if (tries > 0)
                std::this_thread::sleep_for(50ms);
            last = std::stoi(read_word(parameter("held")).value_or("-1"));
        }
        return last;
    }

    static int refused() { return std::stoi(read_word(parameter("refused")).value_or("-1")); }

  private:
    static std::string parameter(const std::string &name) {
        return "/sys/module/" + marked_packets_module + "/parameters/" + name;
    }

    Loaded module_;
};

} // namespace netswap::guest
