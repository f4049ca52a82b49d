// SPDX-License-Identifier: GPL-2.0
#include "report/markup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netswap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Markup, EscapesWhatHtmlWouldRead) {
    EXPECT_EQ(escape_markup("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&#39;");
    EXPECT_EQ(escape_markup("tab\tline\n"), "tab\tline\n");
    EXPECT_EQ(escape_markup("\x1b[2J"), "\xef\xbf\xbd[2J");
    EXPECT_EQ(escape_markup("5 \u00d7"), "5 \u00d7");
}

TEST(Markup, TicksAreRoundAndStartAtZero) {
    EXPECT_THAT(nice_ticks(21, 6), ElementsAre(0, 5, 10, 15, 20));
    EXPECT_THAT(nice_ticks(800, 6), ElementsAre(0, 200, 400, 600, 800));
    EXPECT_THAT(nice_ticks(1, 2), ElementsAre(0, 0.5, 1));
    EXPECT_THAT(nice_ticks(0, 6), ElementsAre(0));
    EXPECT_THAT(nice_ticks(-3, 6), ElementsAre(0));
    for (double most = 0.01; most < 1e7; most *= 1.7)
        EXPECT_LE(nice_ticks(most, 6).size(), 7u) << most;
}

TEST(Markup, ScaleIsLinearAndSurvivesAnEmptyRange) {
    const Scale up{0, 10, 100, 0};
    EXPECT_EQ(up(0), 100);
    EXPECT_EQ(up(2.5), 75);
    EXPECT_EQ((Scale{3, 3, 7, 9}(3)), 7);
}

TEST(Markup, SvgEscapesTextAndTitles) {
    Svg svg(10, 10, "a \"b\"");
    svg.text({1, 2}, "<x>");
    svg.rect({0, 0}, -5, 3, "bar", "t & u");
    EXPECT_THAT(svg.str(), HasSubstr("aria-label=\"a &quot;b&quot;\""));
    EXPECT_THAT(svg.str(), HasSubstr("&lt;x&gt;"));
    EXPECT_THAT(svg.str(), HasSubstr("width=\"0.0\"")) << "no negative sizes";
    EXPECT_THAT(svg.str(), HasSubstr("<title>t &amp; u</title>"));
}

} // namespace
} // namespace netswap
