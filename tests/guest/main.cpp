// SPDX-License-Identifier: GPL-2.0
#define CATCH_CONFIG_RUNNER
#include "guest/process.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

int main(int argc, char **argv) {
    // The tests load and unload kernel modules: nothing for a machine that is used.
    if (::getppid() != 1 || ::access("/lib/netswap", F_OK) != 0) {
        std::fputs("netswap-guest-tests: runs only in the lab's virtual machine\n", stderr);
        return 2;
    }
    if (const char *patience = std::getenv("NETSWAP_PATIENCE"))
        netswap::guest::be_patient(std::max(1, std::atoi(patience)));
    return Catch::Session().run(argc, argv);
}
