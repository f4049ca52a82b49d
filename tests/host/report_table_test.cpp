// SPDX-License-Identifier: GPL-2.0
#include "report/report.h"
#include "report_campaign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/text.h"

namespace netswap {
namespace {

using test::make_campaign;
using test::make_run;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string line_of(const std::string &text, std::string_view start) {
    for (const auto line : split(text, '\n'))
        if (line.substr(0, start.size()) == start)
            return std::string(line);
    return "";
}

TEST(Table, StartsWithTheControl) {
    EXPECT_THAT(render_table(make_campaign(3)), StartsWith("control: bare hung in 3 of 3 runs"));
    CampaignResult campaign;
    campaign.runs = {make_run("bare", 0, Verdict::pass)};
    EXPECT_THAT(render_table(campaign), StartsWith("WARNING: bare did not hang in 1 of 1 runs"));
}

TEST(Table, ShowsSurvivalWithItsInterval) {
    const auto text = render_table(make_campaign());
    EXPECT_THAT(line_of(text, "bare"), HasSubstr("0/10 [0-28 %]"));
    EXPECT_THAT(line_of(text, "netswap"), HasSubstr("10/10 [72-100 %]"));
    EXPECT_THAT(line_of(text, "  bare"), HasSubstr("hang 10"));
    EXPECT_THAT(text, HasSubstr("refill_work [virtio_net] waits for nbd tx_lock"));
}

TEST(Table, ShowsRecoveryOnlyWithFaults) {
    auto campaign = make_campaign(3);
    EXPECT_THAT(render_table(campaign), Not(HasSubstr("recovery")));
    test::add_faults(campaign.runs.back());
    const auto text = render_table(campaign);
    EXPECT_THAT(text, HasSubstr("recovery: seconds until pages moved again, median (worst)"));
    const auto kills = line_of(text, "  netswap server-kill");
    EXPECT_THAT(kills, HasSubstr("2/2"));
    EXPECT_THAT(kills, HasSubstr("31.1 (60.5)"));
    EXPECT_THAT(kills, HasSubstr("30.5 (60.5)"));
    EXPECT_THAT(line_of(text, "  netswap daemon-kill"), HasSubstr("1/1"));
    EXPECT_EQ(line_of(text, "  bare server-kill"), "");
    EXPECT_THAT(text, HasSubstr("faults server-kill=2,daemon-kill=1"));
}

TEST(Table, ShowsHostileTrafficOnlyWhereItWas) {
    auto campaign = make_campaign(3);
    EXPECT_THAT(render_table(campaign), Not(HasSubstr("hostile")));
    test::add_hostile(campaign.runs.back());
    const auto text = render_table(campaign);
    const auto flood = line_of(text, "  netswap udp-flood");
    EXPECT_THAT(flood, HasSubstr("35.0k"));
    EXPECT_THAT(flood, HasSubstr(" 35 "));
    EXPECT_THAT(text, HasSubstr("    guest: drops 27101, sockets 1\n"));
    EXPECT_THAT(line_of(text, "  netswap loss1"), HasSubstr("911"));
    EXPECT_NE(line_of(text, "  netswap jumbo"), "");
    EXPECT_EQ(line_of(text, "  bare udp-flood"), "");
    EXPECT_THAT(text, HasSubstr("hostile udp-flood,loss1,jumbo"));
}

TEST(Table, IsPlainAsciiWithinItsWidth) {
    const auto text = render_table(make_campaign());
    for (const auto line : split(text, '\n')) {
        EXPECT_LE(line.size(), 120u) << line;
        for (const char c : line)
            EXPECT_TRUE(c >= ' ' && c < 0x7f) << line;
    }
}

TEST(Table, GivesALongArmNameItsOwnLine) {
    CampaignResult campaign = make_campaign(10);
    const std::string name = "mainline+gfp+slab+sock+throttle+rx";
    for (int run = 0; run < 10; run++)
        campaign.runs.push_back(make_run(name, run, Verdict::pass));
    const auto text = render_table(campaign);
    EXPECT_THAT(text, HasSubstr("\n" + name + "\n"));
    for (const auto line : split(text, '\n'))
        EXPECT_LE(line.size(), 120u) << line;
}

TEST(Table, UsesColourOnlyWhenAsked) {
    const auto campaign = make_campaign(1);
    EXPECT_THAT(render_table(campaign), Not(HasSubstr("\x1b")));
    EXPECT_THAT(render_table(campaign, {true, 120}), HasSubstr("\x1b[31m"));
}

TEST(Table, LetsNoControlCharacterFromTheGuestThrough) {
    CampaignResult campaign;
    campaign.runs = {make_run("bare", 0, Verdict::hang)};
    campaign.runs[0].hang->cycle = {"a\x1b[2Jb waits\nfor c"};
    EXPECT_THAT(render_table(campaign), HasSubstr("a?[2Jb waits?for c"));
}

TEST(Table, SaysWhenThereIsNothing) {
    EXPECT_THAT(render_table({}), HasSubstr("no run in this campaign"));
}

} // namespace
} // namespace netswap
