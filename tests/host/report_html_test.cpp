// SPDX-License-Identifier: GPL-2.0
#include "report/report.h"
#include "report_campaign.h"

#include <gtest/gtest.h>

namespace netswap {
namespace {

using test::make_campaign;
using test::make_run;

/// What is wrong with the nesting of tags, "" if nothing. Enough of a parser for our own page:
/// no ">" in attributes, and the contents of <style> and <script> are skipped.
std::string nesting_fault(const std::string &html) {
    std::vector<std::string> open;
    std::size_t at = 0;
    while ((at = html.find('<', at)) != std::string::npos) {
        const auto end = html.find('>', at);
        if (end == std::string::npos)
            return "a tag without end";
        const auto tag = html.substr(at + 1, end - at - 1);
        at = end + 1;
        const bool closing = tag[0] == '/';
        const auto name = tag.substr(closing, tag.find_first_of(" \n/", 1) - closing);
        if (tag[0] == '!' || name == "meta" || tag.back() == '/')
            continue;
        if (!closing) {
            open.push_back(name);
            if (name == "style" || name == "script")
                at = html.find("</" + name, at);
        } else if (open.empty() || open.back() != name) {
            return "</" + name + "> closes <" + (open.empty() ? "" : open.back()) + ">";
        } else {
            open.pop_back();
        }
    }
    return open.empty() ? "" : "<" + open.back() + "> stays open";
}

std::size_t count(const std::string &text, const std::string &part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        found++;
    return found;
}

TEST(Html, NeedsNothingElse) {
    const auto page = render_html(make_campaign());
    for (const auto *outside : {"http:", "https:", "src=", "href=", "url(", "@import"})
        EXPECT_EQ(count(page, outside), 0u) << outside;
    EXPECT_EQ(count(page, "default-src 'none'"), 1u);
}

TEST(Html, IsWellNested) {
    EXPECT_EQ(nesting_fault(render_html(make_campaign())), "");
    EXPECT_EQ(nesting_fault(render_html({})), "");
    CampaignResult bald; // a run that failed before it had anything to show
    bald.runs.resize(1);
    bald.runs[0].arm = "bare";
    EXPECT_EQ(nesting_fault(render_html(bald)), "");
}

TEST(Html, StatesTheControlAndTheHeadline) {
    const auto page = render_html(make_campaign());
    EXPECT_EQ(count(page, "<h1>netswap survived 10 of 10, mainline 8 of 10, bare 0 of 10<"), 1u);
    EXPECT_EQ(count(page, "<p class=\"control ok\">control: bare hung in 10 of 10"), 1u);
    CampaignResult failed;
    failed.runs = {make_run("bare", 0, Verdict::pass)};
    EXPECT_EQ(count(render_html(failed), "<p class=\"control warning\">WARNING: bare did"), 1u);
}

TEST(Html, ListsEachRunThatDidNotSurvive) {
    auto campaign = make_campaign();
    campaign.runs.push_back(make_run("netswap", 10, Verdict::crash));
    const auto page = render_html(campaign);
    for (const auto &run : campaign.runs)
        EXPECT_EQ(count(page, "<code>" + run.log + "</code>"), run.verdict != Verdict::pass)
            << run.log;
    EXPECT_EQ(count(page, "kernel BUG at mm/slub.c"), 1u);
    // Ten hangs of bare are alike: the lines stand once in the open, then behind a fold.
    EXPECT_EQ(count(page, "<p>the same as in run 0</p>"), 9u);
}

TEST(Html, HasAPanelForEachArm) {
    const auto page = render_html(make_campaign());
    EXPECT_EQ(count(page, "<figure class=\"panel\""), 3u);
    EXPECT_EQ(count(page, "class=\"stop-label\""), 2u);
    const std::string start = "data-series=\"";
    const auto at = page.find(start) + start.size();
    const auto series = nlohmann::json::parse(page.substr(at, page.find('"', at) - at));
    EXPECT_EQ(series.size(), make_campaign().runs[0].samples.size());
    EXPECT_EQ(series[0].size(), 4u);
}

TEST(Html, EscapesEverythingThatCameFromOutside) {
    const std::string evil = "<img src=x onerror=alert(1)>\"'&";
    RunRecord run = make_run("netswap", 0, Verdict::hang);
    run.arm = evil;
    run.message = evil;
    run.log = evil;
    run.hang->cycle = {evil};
    run.hang->blocked[0].task = evil;
    run.hang->blocked[0].where = evil;
    run.params.kernel = evil;
    run.params.nic = evil;
    run.params.module_params = {{evil, evil}};
    run.state->policy = evil;
    run.state->groups = {{evil, evil}};
    run.state->thp = evil;
    run.state->nic_driver = evil;
    run.state->release = evil;
    run.counters.netswap = {{evil, 1}};
    CampaignResult campaign;
    campaign.host = {evil, evil, 1, evil, evil};
    campaign.runs = {run};
    const auto page = render_html(campaign);
    EXPECT_EQ(count(page, "<img"), 0u);
    EXPECT_EQ(count(page, "onerror=alert(1)>"), 0u);
    EXPECT_GT(count(page, "onerror=alert(1)&gt;&quot;&#39;&amp;"), 15u);
    EXPECT_EQ(nesting_fault(page), "");
}

TEST(Html, BuiltInFilesCannotEndTheirElements) {
    const auto page = render_html({});
    EXPECT_EQ(count(page, "</style"), 1u);
    EXPECT_EQ(count(page, "</script"), 1u);
}

} // namespace
} // namespace netswap
