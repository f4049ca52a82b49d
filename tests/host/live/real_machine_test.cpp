// SPDX-License-Identifier: GPL-2.0
// The parts of the real machine that are files, in a tree of the test's own.
#include "live/real_machine.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_directory.h"

using namespace netswap;
using namespace netswap::live;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

class RealMachineFiles : public ::testing::Test {
  protected:
    RealMachineFiles() { std::filesystem::create_directories(paths_.run()); }
    void connect(int index, const std::string &backend) {
        const auto directory = paths_.sys("block/nbd" + std::to_string(index));
        std::filesystem::create_directories(directory);
        std::ofstream(directory + "/pid") << "1\n";
        if (!backend.empty())
            std::ofstream(directory + "/backend") << backend << "\n";
    }
    TemporaryDirectory directory_;
    Paths paths_{directory_.path()};
    RealMachine machine_{paths_};
};

} // namespace

TEST_F(RealMachineFiles, RememberLoadedModules) {
    EXPECT_THAT(machine_.loaded_helpers(), IsEmpty());
    ASSERT_TRUE(machine_.note_helpers({"netswap_guard", "netswap_mark"}));
    EXPECT_THAT(machine_.loaded_helpers(), ElementsAre("netswap_guard", "netswap_mark"));
    EXPECT_TRUE(area_names(paths_).empty());
    ASSERT_TRUE(machine_.note_helpers({}));
    ASSERT_TRUE(machine_.note_helpers({}));
    EXPECT_THAT(machine_.loaded_helpers(), IsEmpty());
}

TEST_F(RealMachineFiles, FindADeviceByItsIdentifier) {
    connect(0, "");
    connect(1, "netswap:a");
    connect(12, "netswap:b");
    std::filesystem::create_directories(paths_.sys("block/sda"));
    EXPECT_EQ(machine_.device_with("netswap:b"), 12);
    EXPECT_EQ(machine_.device_with("netswap:a"), 1);
    EXPECT_EQ(machine_.device_with("netswap:c"), -1);
    EXPECT_FALSE(machine_.free_device());
    std::filesystem::create_directories(paths_.sys("block/nbd2"));
    EXPECT_EQ(*machine_.free_device(), 2);
}
