// SPDX-License-Identifier: GPL-2.0
#include "lib/record.h"

#include <gtest/gtest.h>

namespace netswap {
namespace {

CampaignResult sample_campaign() {
    CampaignResult campaign;
    campaign.host = {"tcg", "7.2.22", 2, "6.1.0", "2026-01-01T00:00:00Z"};
    campaign.controls = {true, "control: bare hung in 1 of 1 runs, as it must"};
    RunRecord run;
    run.arm = "bare";
    run.run = 3;
    run.seed = 18446744073709551615ULL;
    run.verdict = Verdict::hang;
    run.params.min_free_kb = 300;
    run.params.module_params = {{"rx_reserve", "pages=0"}};
    run.params.sysctls = {{"vm.watermark_boost_factor", "0"}};
    run.state = StateReadback{};
    run.state->groups = {{"gfp", "bare"}};
    run.counters.pswpout = 1200;
    run.counters.netswap = {{"gfp_memalloc.granted", 7}};
    run.samples = {{0.25, 1000, 325, 400, 480, 1, 2, 3}};
    run.hang = HangReport{{"a waits for b"}, {{"storm", 83, "D", "throttle"}}};
    run.params.setup = "netswap";
    run.params.io_timeout_s = 10;
    run.params.faults = "server-kill=1";
    run.faults = {{"server-kill", 3.5, 1, 1.75, 0.75, std::nullopt},
                  {"daemon-kill", 9, 0.5, 1, 0.5, 0.25}};
    run.params.hostile = "udp-flood,loss1";
    run.hostile = {{"udp-flood", 17.5, 35000, 49000000, 0, 3, 0, 0, true},
                   {"loss1", 17.5, 90000, 0, 0, 0, 911, 1800, false}};
    run.state->hostile = {{"udp-flood", {{"sockets", 1}, {"drops", 7}}}};
    run.io_error = "Write-error on swap-device (43:0:8)";
    run.status = {{"areas", {{{"name", "swap0"}}}}};
    run.daemon = DaemonReport{70, 1900, 1896, 1904, true, 1, 2, 3, 4, 5, 0.25, 1.5, {1.5, 0.25}};
    run.down = DownReport{false, 0.5, "does not fit"};
    run.log = "/tmp/x";
    campaign.runs = {run};
    ArmSummary summary;
    summary.arm = "bare";
    summary.runs = 1;
    summary.verdicts = {{"hang", 1}};
    summary.recovery = {{"server-kill", 2, 1, 1.75, 1.75, 0.75, std::nullopt}};
    campaign.summary = {summary};
    return campaign;
}

TEST(Record, SurvivesTheWayThroughJson) {
    const auto campaign = sample_campaign();
    const auto text = nlohmann::json(campaign).dump();
    const auto back = parse_campaign(text);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, campaign);
}

TEST(Record, RefusesNumbersThatDoNotFit) {
    auto json = nlohmann::json(sample_campaign());
    for (const auto &bad :
         {nlohmann::json(1e300), nlohmann::json(2.5), nlohmann::json(1LL << 40)}) {
        json["runs"][0]["params"]["cpus"] = bad;
        const auto campaign = parse_campaign(json.dump());
        ASSERT_FALSE(campaign) << bad;
        EXPECT_NE(campaign.error().message.find("not a whole number in range: " + bad.dump()),
                  std::string::npos)
            << campaign.error().message;
    }
    json["runs"][0]["params"]["cpus"] = 2;
    json["runs"][0]["counters"]["netswap"]["gfp_memalloc.granted"] = -1;
    EXPECT_FALSE(parse_campaign(json.dump()));
}

TEST(Record, KeepsTheDocumentedKeys) {
    const auto json = nlohmann::json(sample_campaign());
    EXPECT_EQ(json["netswap"], 1);
    EXPECT_EQ(json["controls"]["bare_hung"], true);
    EXPECT_TRUE(json["runs"][0]["elapsed_s"].is_null());
    EXPECT_EQ(json["runs"][0]["verdict"], "hang");
    EXPECT_EQ(json["runs"][0]["samples"][0].size(), 8u);
    EXPECT_TRUE(json["summary"][0]["elapsed_spread"].is_null());
}

TEST(Record, RefusesOtherFiles) {
    EXPECT_FALSE(parse_campaign("{}"));
    EXPECT_FALSE(parse_campaign("[1"));
    const auto bad = parse_campaign(R"({"netswap":1,"runs":[{"arm":"bare","verdict":"fine"}]})");
    ASSERT_FALSE(bad);
    EXPECT_NE(bad.error().message.find("unknown verdict 'fine'"), std::string::npos);
    EXPECT_EQ(bad.error().code, exit_bad_input);
}

TEST(Record, VerdictNamesGoBothWays) {
    for (auto verdict : {Verdict::pass, Verdict::hang, Verdict::oom, Verdict::corrupt,
                         Verdict::crash, Verdict::error})
        EXPECT_EQ(verdict_from_string(to_string(verdict)), verdict);
    EXPECT_EQ(verdict_from_string("PASS"), std::nullopt);
}

} // namespace
} // namespace netswap
