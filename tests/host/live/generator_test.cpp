// SPDX-License-Identifier: GPL-2.0
#include "generator/generate.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "temporary_directory.h"

using namespace netswap;

namespace fs = std::filesystem;

namespace {

class Generator : public ::testing::Test {
  protected:
    void write(const std::string &name, const std::string &text) {
        const fs::path file = directory_.path() + name;
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    int generate() {
        complaints_.clear();
        return generate_units(live::Paths(directory_.path()), units_,
                              [&](const std::string &text) { complaints_.push_back(text); });
    }
    /// What the link of an area points to, "" if there is none.
    std::string link(const std::string &area) {
        std::error_code none;
        return fs::read_symlink(units_ + "/multi-user.target.wants/netswap@" + area + ".service",
                                none);
    }

    TemporaryDirectory directory_;
    std::string units_ = directory_.path() + "/units";
    std::vector<std::string> complaints_;
};

constexpr const char *two_areas = "[area.swap0]\nuri = 'nbd://a/x'\n"
                                  "[area.far-away_2]\nuri = 'nbd://b/x'\n";
constexpr const char *unit = "/lib/systemd/system/netswap@.service";

} // namespace

TEST_F(Generator, MakesNothingOfNothing) {
    EXPECT_EQ(generate(), 0);
    EXPECT_FALSE(fs::exists(units_));
    EXPECT_TRUE(complaints_.empty());
}

TEST_F(Generator, WantsEveryArea) {
    write("/etc/netswap/netswap.toml", two_areas);
    write("/etc/netswap/netswap.conf.d/10-more.toml", "[area.more]\nuri = 'nbd://c/x'\n");
    EXPECT_EQ(generate(), 3);
    EXPECT_EQ(link("swap0"), unit);
    EXPECT_EQ(link("far-away_2"), unit);
    EXPECT_EQ(link("more"), unit);
    EXPECT_TRUE(complaints_.empty());
}

TEST_F(Generator, LeavesAreasThatAreNotAutomatic) {
    write("/etc/netswap/netswap.toml", two_areas);
    write("/etc/netswap/netswap.conf.d/site.toml", "[area.swap0]\nauto = false\n");
    EXPECT_EQ(generate(), 1);
    EXPECT_EQ(link("swap0"), "");
    EXPECT_EQ(link("far-away_2"), unit);
}

TEST_F(Generator, IsSwitchedOffByTheKernelCommandLine) {
    write("/etc/netswap/netswap.toml", two_areas);
    write("/proc/cmdline", "quiet netswap=off\n");
    EXPECT_EQ(generate(), 0);
    EXPECT_FALSE(fs::exists(units_));
    write("/proc/cmdline", "netswap=off quiet netswap=on\n");
    EXPECT_EQ(generate(), 2);
}

TEST_F(Generator, AFileThatCannotBeParsedCostsItsOwnAreasOnly) {
    write("/etc/netswap/netswap.toml", two_areas);
    write("/etc/netswap/netswap.conf.d/broken.toml", "[area.broken\n");
    EXPECT_EQ(generate(), 2);
    ASSERT_EQ(complaints_.size(), 1U);
    EXPECT_NE(complaints_[0].find("broken.toml:1:13: "), std::string::npos) << complaints_[0];
    EXPECT_EQ(complaints_[0].find('\n'), std::string::npos);
}

TEST_F(Generator, AWrongSettingLeavesTheUnitToSayWhy) {
    write("/etc/netswap/netswap.toml",
          std::string(two_areas) + "[area.wrong]\nuri = 'nbd://c/x'\nconns = 99\n");
    EXPECT_EQ(generate(), 3);
    EXPECT_EQ(link("wrong"), unit);
    ASSERT_EQ(complaints_.size(), 1U);
    EXPECT_NE(complaints_[0].find("netswap.toml:7:9: conns"), std::string::npos) << complaints_[0];
}

TEST_F(Generator, CanBeRunAgain) {
    write("/etc/netswap/netswap.toml", two_areas);
    EXPECT_EQ(generate(), 2);
    EXPECT_EQ(generate(), 2);
    EXPECT_TRUE(complaints_.empty());
}

TEST_F(Generator, SaysWhenItCannotWrite) {
    write("/etc/netswap/netswap.toml", two_areas);
    write("/units", "a file");
    EXPECT_EQ(generate(), 0);
    EXPECT_EQ(complaints_.size(), 2U);
}

TEST(CommandLine, KnowsNo) {
    EXPECT_TRUE(switched_off("root=/dev/vda netswap=off"));
    EXPECT_TRUE(switched_off("netswap=0\n"));
    EXPECT_FALSE(switched_off("netswap=on"));
    EXPECT_FALSE(switched_off("nonetswap=off xnetswap=off quiet"));
    EXPECT_FALSE(switched_off(""));
}
