// SPDX-License-Identifier: GPL-2.0
#include "live/config_file.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "temporary_directory.h"

using namespace netswap;
using namespace netswap::live;

namespace {

class ConfigFiles : public ::testing::Test {
  protected:
    void write(const std::string &name, const std::string &text) {
        const std::filesystem::path file = paths_.etc(name);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    std::string complaint() {
        const auto config = read_config(paths_);
        EXPECT_FALSE(config);
        if (config)
            return "";
        EXPECT_EQ(config.error().code, exit_bad_input);
        auto text = config.error().message;
        const auto root = text.find(directory_.path());
        return root == 0 ? text.substr(directory_.path().size()) : text;
    }
    TemporaryDirectory directory_;
    Paths paths_{directory_.path()};
};

} // namespace

TEST_F(ConfigFiles, NoFileIsNoArea) {
    const auto config = read_config(paths_);
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_TRUE(config->areas.empty());
    EXPECT_EQ(config->metrics_listen, "");
}

TEST_F(ConfigFiles, AKeyThatBeginsWithNoLetterIsRefusedInWords) {
    write("netswap.toml", "[\x03"
                          "area]\n");
    EXPECT_TRUE(complaint().starts_with("/etc/netswap/netswap.toml:1:2: "));
}

TEST_F(ConfigFiles, HoldEverySetting) {
    write("netswap.toml", "[area.swap0]\n"
                          "uri = 'nbd://server/export'\nconns = 4\nsize = '2G'\nprio = 7\n"
                          "timeout = 20\ndead-conn-timeout = 600\npersist = false\n"
                          "reserve = '64M'\nguard = 'never'\nvia = 'nbd-client'\nforce = true\n"
                          "auto = false\n"
                          "[metrics]\nlisten = 'unix:/run/x'\n");
    const auto config = read_config(paths_);
    ASSERT_TRUE(config) << config.error().message;
    const auto &area = config->areas.at("swap0");
    EXPECT_FALSE(area.automatic);
    EXPECT_EQ(area.spec.name, "swap0");
    EXPECT_EQ(area.spec.uri, "nbd://server/export");
    EXPECT_EQ(area.spec.conns, 4);
    EXPECT_EQ(area.spec.size, 2ULL << 30);
    EXPECT_EQ(area.spec.prio, 7);
    EXPECT_EQ(area.spec.timeout_s, 20U);
    EXPECT_EQ(area.spec.dead_conn_timeout_s, 600U);
    EXPECT_FALSE(area.spec.persist);
    EXPECT_EQ(area.spec.reserve, ReservePolicy::fixed);
    EXPECT_EQ(area.spec.reserve_bytes, 64U << 20);
    EXPECT_EQ(area.spec.guard, GuardPolicy::never);
    EXPECT_EQ(area.spec.via, Via::nbd_client);
    EXPECT_TRUE(area.spec.force);
    EXPECT_EQ(config->metrics_listen, "unix:/run/x");
}

TEST_F(ConfigFiles, FillInDefaults) {
    write("netswap.toml", "[area.a]\nuri = 'nbd://server/x'\n"
                          "[area.b]\nuri = 'nbd+unix:///x?socket=/run/s'\n");
    const auto config = read_config(paths_);
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->areas.at("a").spec.timeout_s, 10U);
    EXPECT_EQ(config->areas.at("b").spec.timeout_s, 0U);
    EXPECT_EQ(config->areas.at("a").spec.dead_conn_timeout_s, never_s);
    EXPECT_TRUE(config->areas.at("a").automatic);
}

TEST_F(ConfigFiles, LaterFilesWin) {
    write("netswap.toml", "[area.swap0]\nuri = 'nbd://server/export'\nconns = 4\n");
    write("netswap.conf.d/20-b.toml", "[area.swap0]\nconns = 2\n");
    write("netswap.conf.d/10-a.toml", "[area.swap0]\nconns = 3\nprio = 1\n");
    write("netswap.conf.d/30-c.conf", "not read");
    const auto config = read_config(paths_);
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->areas.at("swap0").spec.conns, 2);
    EXPECT_EQ(config->areas.at("swap0").spec.prio, 1);
}

TEST_F(ConfigFiles, NameLineAndColumnOfWhatIsWrong) {
    write("netswap.toml", "[area.swap0]\nuri = 'nbd://server/x'\nconns = 99\n");
    EXPECT_EQ(complaint(), "/etc/netswap/netswap.toml:3:9: conns = '99': a number from 1 to 16");
    write("netswap.toml", "[area.swap0]\n  conn = 1\n");
    EXPECT_EQ(complaint().substr(0, 58),
              "/etc/netswap/netswap.toml:2:10: unknown setting 'conn'; th");
    write("netswap.toml", "[area.swap0]\nconns = [1]\n");
    EXPECT_EQ(complaint(), "/etc/netswap/netswap.toml:2:9: conns must be a string, a number, true "
                           "or false");
    write("netswap.toml", "[area.swap0\n");
    EXPECT_EQ(complaint().substr(0, 31), "/etc/netswap/netswap.toml:1:12:");
    write("netswap.toml", "[areas.swap0]\n");
    EXPECT_EQ(complaint(), "/etc/netswap/netswap.toml:1:1: unknown 'areas'; there are [area.NAME] "
                           "and [metrics]");
    write("netswap.toml", "[area.'a b']\n");
    EXPECT_NE(complaint().find("netswap.toml:1:1: 'a b' cannot name an area"), std::string::npos);
    write("netswap.toml", "[area.swap0]\nauto = 'yes'\n");
    EXPECT_EQ(complaint(), "/etc/netswap/netswap.toml:2:8: auto must be true or false");
    write("netswap.toml", "[area.swap0]\nconns = 1\n");
    EXPECT_EQ(complaint(), "/etc/netswap/netswap.toml: [area.swap0] has no uri");
    write("netswap.toml", "[area.swap0]\nuri = 'http://x'\n");
    EXPECT_EQ(complaint(), "[area.swap0]: 'http://x': not an NBD URI; it looks like "
                           "nbd://HOST[:PORT]/EXPORT or nbd+unix:///EXPORT?socket=PATH");
    write("netswap.toml", "[metrics]\nport = 1\n");
    EXPECT_EQ(complaint(),
              "/etc/netswap/netswap.toml:2:8: [metrics] has one key, listen, a string");
}

TEST_F(ConfigFiles, GiveWhatIsRightToWhoeverWantsTheRest) {
    write("netswap.toml", "[area.good]\nuri = 'nbd://server/x'\n"
                          "[area.bad]\nconns = 99\nauto = false\n[area.blind]\nprio = 1\n");
    write("netswap.conf.d/torn.toml", "[area\n");
    const auto loaded = load_config(paths_);
    EXPECT_EQ(loaded.config.areas.size(), 3U);
    EXPECT_EQ(loaded.broken, (std::set<std::string>{"bad", "blind"}));
    EXPECT_EQ(loaded.errors.size(), 3U);
    EXPECT_EQ(loaded.config.areas.at("good").spec.timeout_s, 10U);
}
