// SPDX-License-Identifier: GPL-2.0
// The policy of a hooked kernel, as sysfs shows it without any module.
#include "lab_kernel.h"
#include "skip.h"

#include <cstdlib>

using namespace netswap::guest;

namespace {

bool is_decimal(const std::string &text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

} // namespace

TEST_CASE("the policy is the one of the command line") {
    if (!hooked())
        return skip("needs a hooked kernel");
    const auto cmdline = read_text("/proc/cmdline").value_or("");
    const bool bare = cmdline.find("memreserve=bare") != std::string::npos;
    CHECK(reserve("policy") == (bare ? "bare" : "mainline"));
    if (const char *asked = std::getenv("NETSWAP_POLICY"); asked != nullptr && *asked != '\0')
        CHECK(reserve("policy") == asked);
}

TEST_CASE("without modules the base answers every group") {
    if (!hooked())
        return skip("needs a hooked kernel");
    const auto policy = reserve("policy");
    for (const auto &mechanism : mechanisms) {
        INFO(mechanism.group);
        CHECK(reserve(mechanism.group) == policy);
    }
}

TEST_CASE("the numbers of the reserve are readable") {
    if (!hooked())
        return skip("needs a hooked kernel");
    for (const auto *file : {"marked_sockets", "emergency_pages", "slab_strict"}) {
        INFO(file << " = " << reserve(file));
        CHECK(is_decimal(reserve(file)));
    }
    CHECK(reserve("slab_strict") == "0");
}
