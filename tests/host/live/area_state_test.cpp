// SPDX-License-Identifier: GPL-2.0
#include "live/area_state.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "lib/text.h"
#include "temporary_directory.h"

using namespace netswap;
using namespace netswap::live;

namespace {

AreaState example() {
    AreaState state;
    state.name = "swap0";
    state.uri = "nbd://server/export";
    state.device = "/dev/nbd0";
    state.index = 0;
    state.backend = "netswap:swap0";
    state.export_name = "export";
    state.addresses = {{AF_INET, "192.0.2.1", 10809}, {AF_UNIX, "/run/x", 0}};
    state.conns = 4;
    state.timeout_s = 10;
    state.uuid = "6f1c3d5e-0000-4000-8000-000000000001";
    state.min_free_before_kb = 1024;
    state.modules_loaded = {"netswap_guard"};
    return state;
}

class AreaStateFiles : public ::testing::Test {
  protected:
    AreaStateFiles() { std::filesystem::create_directories(directory_.path() + "/run"); }
    TemporaryDirectory directory_;
    Paths paths_{directory_.path()};
};

} // namespace

TEST_F(AreaStateFiles, ComeBackAsTheyWereWritten) {
    ASSERT_TRUE(write_area_state(paths_, example()));
    const auto state = read_area_state(paths_, "swap0");
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(area_state_json(*state), area_state_json(example()));
    EXPECT_EQ(state->addresses, example().addresses);
    EXPECT_EQ(area_names(paths_), std::vector<std::string>{"swap0"});
    remove_area_state(paths_, "swap0");
    EXPECT_TRUE(area_names(paths_).empty());
}

TEST_F(AreaStateFiles, TellAnAreaThatIsNotUpYet) {
    ASSERT_TRUE(write_area_part(paths_, example()));
    EXPECT_TRUE(area_names(paths_).empty());
    EXPECT_FALSE(read_area_state(paths_, "swap0"));
    const auto part = find_area_state(paths_, "swap0");
    ASSERT_TRUE(part && *part);
    EXPECT_TRUE((*part)->part);
    EXPECT_EQ(area_state_json(**part), area_state_json(example()));
    ASSERT_EQ(all_areas(paths_)->size(), 1U);

    ASSERT_TRUE(write_area_state(paths_, example()));
    const auto state = find_area_state(paths_, "swap0");
    ASSERT_TRUE(state && *state);
    EXPECT_FALSE((*state)->part);
    EXPECT_FALSE(std::filesystem::exists(paths_.run("swap0.part")));
    auto other = example();
    other.name = "b";
    ASSERT_TRUE(write_area_part(paths_, other));
    const auto areas = all_areas(paths_);
    ASSERT_TRUE(areas);
    ASSERT_EQ(areas->size(), 2U);
    EXPECT_EQ((*areas)[0].name, "b");
    EXPECT_EQ((*areas)[1].name, "swap0");
    remove_area_state(paths_, "b");
    remove_area_state(paths_, "swap0");
    EXPECT_TRUE(all_areas(paths_)->empty());
    EXPECT_EQ(find_area_state(paths_, "swap0")->has_value(), false);
}

TEST_F(AreaStateFiles, SayWhenNothingIsUp) {
    const auto state = read_area_state(paths_, "swap0");
    ASSERT_FALSE(state);
    EXPECT_EQ(state.error().code, exit_bad_input);
    EXPECT_EQ(state.error().message, "no swap area 'swap0' is up (netswap status lists them)");
}

TEST(AreaStateText, NamesADamagedFile) {
    for (const char *text : {"", "{", "[]", "{\"version\":1}", "{\"version\":\"x\"}"}) {
        const auto state = parse_area_state(text, "/run/netswap/swap0.json");
        ASSERT_FALSE(state) << text;
        EXPECT_EQ(state.error().message.find("/run/netswap/swap0.json: damaged"), 0U) << text;
    }
}

TEST(AreaStateText, RefusesAnotherVersion) {
    const auto state = parse_area_state("{\"version\":2}", "file");
    ASSERT_FALSE(state);
    EXPECT_EQ(state.error().message.find("file: version 2"), 0U);
}
