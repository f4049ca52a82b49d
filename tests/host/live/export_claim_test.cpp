// SPDX-License-Identifier: GPL-2.0
#include "live/export_claim.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "temporary_directory.h"

using namespace netswap;
using namespace netswap::live;

TEST(ExportClaim, KnowsAnAreaByItsSwapHeader) {
    AreaState wanted, other, old;
    wanted.name = "b";
    other.name = "a";
    other.uuid = "one";
    old.name = "c"; // of a version that wrote no UUID
    const auto refused = check_uuid(wanted, "one", {old, other});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              "export '' is area 'a' already, under another address, as its swap header says; "
              "netswap down a first");
    EXPECT_TRUE(check_uuid(wanted, "two", {old, other}));
    EXPECT_TRUE(check_uuid(wanted, "", {old, other}));
    wanted.name = "a"; // its own, from an earlier time
    EXPECT_TRUE(check_uuid(wanted, "one", {old, other}));
}

TEST(ExportClaim, KnowsASocketUnderAnotherPath) {
    const TemporaryDirectory directory;
    const auto path = directory.path() + "/socket", link = directory.path() + "/link";
    std::ofstream(path) << "";
    std::filesystem::create_symlink(path, link);
    AreaState wanted, other;
    wanted.name = "b";
    other.name = "a";
    wanted.addresses = {{AF_UNIX, link, 0}};
    other.addresses = {{AF_UNIX, path, 0}};
    const auto refused = check_claim(wanted, {other});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "export '' is area 'a' already; netswap down a first");
    wanted.export_name = "another";
    EXPECT_TRUE(check_claim(wanted, {other}));
    wanted.export_name = "";
    wanted.addresses = {{AF_UNIX, directory.path() + "/none", 0}};
    EXPECT_TRUE(check_claim(wanted, {other}));
}
