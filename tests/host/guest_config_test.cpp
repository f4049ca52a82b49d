// SPDX-License-Identifier: GPL-2.0
#include "guest/config.h"

#include <gtest/gtest.h>

namespace netswap::guest {
namespace {

TEST(GuestConfig, AllKeys) {
    const auto config = parse_config(R"({"mode":"tests","policy":"bare",
        "modules":["netswap","rx_reserve"],"module_params":{"rx_reserve":"pages=256"},
        "sysctls":{"vm.swappiness":"1"},
        "nic":"e1000","transport":"disk","server":"10.0.0.1","port":7,"export":"x","conns":4,
        "swap_mib":100,"map_mib":64,"workers":8,"passes":0,"min_free_kb":300,"seed":99,
        "sample_ms":100,"churn_rounds":50,"setup":"netswap","io_timeout_s":30,"end_limit_s":700,
        "daemon_faults":true,"hostile":["jumbo","memcg"],"tests":["gfp"]})");
    ASSERT_TRUE(config.has_value()) << config.error().message;
    EXPECT_EQ(config->mode, Mode::tests);
    EXPECT_EQ(config->policy, "bare");
    EXPECT_EQ(config->modules, (std::vector<std::string>{"netswap", "rx_reserve"}));
    EXPECT_EQ(config->module_params.at("rx_reserve"), "pages=256");
    EXPECT_EQ(config->sysctls.at("vm.swappiness"), "1");
    EXPECT_EQ(config->transport, Transport::disk);
    EXPECT_EQ(config->conns, 4);
    EXPECT_EQ(config->passes, 0);
    EXPECT_EQ(config->min_free_kb, 300);
    EXPECT_EQ(config->seed, 99U);
    EXPECT_EQ(config->churn_rounds, 50);
    EXPECT_EQ(config->setup, Setup::netswap);
    EXPECT_EQ(config->io_timeout_s, 30);
    EXPECT_EQ(config->end_limit_s, 700);
    EXPECT_TRUE(config->daemon_faults);
    EXPECT_EQ(config->hostile, (std::vector<std::string>{"jumbo", "memcg"}));
    EXPECT_EQ(config->tests, std::vector<std::string>{"gfp"});
}

TEST(GuestConfig, MissingKeysKeepDefaultsAndUnknownOnesAreIgnored) {
    const auto config = parse_config(R"({"colour":"blue"})");
    ASSERT_TRUE(config.has_value());
    EXPECT_EQ(config->mode, Mode::storm);
    EXPECT_EQ(config->port, 10809);
    EXPECT_EQ(config->min_free_kb, -1);
}

TEST(GuestConfig, Bench) {
    const auto config =
        parse_config(R"({"mode":"bench","modules":["netswap"],"samples":7,"marked":true})");
    ASSERT_TRUE(config.has_value()) << config.error().message;
    EXPECT_EQ(config->mode, Mode::bench);
    EXPECT_EQ(config->samples, 7);
    EXPECT_TRUE(config->marked);
}

struct Bad {
    const char *name;
    const char *text;
    const char *mentions;
};

class GuestConfigBad : public testing::TestWithParam<Bad> {};

TEST_P(GuestConfigBad, IsRefusedByName) {
    const auto config = parse_config(GetParam().text);
    ASSERT_FALSE(config.has_value());
    EXPECT_NE(config.error().message.find(GetParam().mentions), std::string::npos)
        << config.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, GuestConfigBad,
    testing::Values(Bad{"garbage", "{", "not a JSON object"}, Bad{"list", "[]", "not a JSON"},
                    Bad{"mode", R"({"mode":"dance"})", "'dance'"},
                    Bad{"setup", R"({"setup":"hand"})", "'hand'"},
                    Bad{"transport", R"({"transport":"pigeon"})", "'pigeon'"},
                    Bad{"type", R"({"server":5})", "server"},
                    Bad{"workers", R"({"workers":0})", "workers"},
                    Bad{"fraction", R"({"swap_mib":1.5})", "swap_mib"},
                    Bad{"port", R"({"port":70000})", "port"},
                    Bad{"tight", R"({"map_mib":1,"workers":1000})", "map_mib"},
                    Bad{"module", R"({"modules":["../etc/passwd"]})", "modules"}),
    [](const auto &info) { return info.param.name; });

} // namespace
} // namespace netswap::guest
