// SPDX-License-Identifier: GPL-2.0
// An area "t" with a server in this guest.
#pragma once

#include "guest/sysfile.h"
#include "nbd_lab.h"
#include "netswap_command.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <optional>
#include <thread>
#include <unistd.h>

namespace netswap::guest {

inline const std::string uri = "nbd://127.0.0.1:10810/";

inline bool possible() {
    return have_server() && ::access(netswap_program, X_OK) == 0 &&
           ::access("/bin/netswapd", X_OK) == 0;
}
inline constexpr const char *not_possible = "needs nbdkit, netswap and netswapd in the image";

/// As the area "t", without a change of the machine's reserve.
inline Outcome up(std::vector<std::string> more) {
    std::vector<std::string> words{"up",        uri,    "--name",  "t",
                                   "--reserve", "keep", "--guard", "never"};
    words.insert(words.end(), more.begin(), more.end());
    return netswap_does(words);
}

/// The server, and nothing left of the area when the test ends, however it ends.
struct Lab {
    /// With a disk the pages are there still when the server comes back.
    explicit Lab(std::string disk_file = "") : disk(std::move(disk_file)) {
        if (!disk.empty())
            ::unlink(disk.c_str()); // of another test
        start();
    }
    Lab(const Lab &) = delete;
    Lab &operator=(const Lab &) = delete;
    ~Lab() { (void)netswap_does({"down", "t", "--force", "--if-up"}); }
    void start() {
        auto started = LabServer::start({}, disk);
        INFO((started ? "" : started.error().message));
        REQUIRE(started.has_value());
        server.emplace(std::move(*started));
    }
    const std::string disk;
    std::optional<LabServer> server;
};

inline constexpr const char *lab_disk = "/run/lab.img";

inline bool is_swap() {
    return swap_is_on("/dev/nbd");
}

template <typename Ready>
bool soon(Ready ready) {
    for (int i = 0; i < 200; ++i) {
        if (ready())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
}

} // namespace netswap::guest
