// SPDX-License-Identifier: GPL-2.0
#include "report/matrix_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matrix/matrix_fixture.h"
#include "report/matrix_figures.h"

namespace netswap {
namespace {

using test::make_matrix;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

int count(const std::string &text, const std::string &part) {
    int found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
        found++;
    return found;
}

TEST(MatrixFigures, OneScenarioForEachCombinationAsked) {
    auto state = make_matrix();
    auto figures = matrix_figures(state);
    ASSERT_EQ(figures.scenarios.size(), 4U);
    EXPECT_THAT(figures.varied, ElementsAre(0, 2));
    EXPECT_THAT(figures.complete, ElementsAre("netswap"));
    EXPECT_EQ(figures.made, 48);
    EXPECT_EQ(figures.asked, 48);
    EXPECT_EQ(figures.fixed_text(), "conns 1");
    const auto *tight = figures.scenario({"256M", "1", "300K"});
    ASSERT_NE(tight, nullptr);
    EXPECT_EQ(tight->of("mainline")->survived, 2);
    EXPECT_EQ(tight->of("bare")->survived, 0);
    EXPECT_EQ(tight->of("stock"), nullptr);
    EXPECT_FALSE(tight->of("mainline")->to_mainline);
    ASSERT_TRUE(tight->of("netswap")->to_mainline);

    auto wider = test::make_session();
    wider.dimensions[0].values = {"512M"};
    wider.dimensions[2].values = {"300K"};
    state.sessions.push_back(wider);
    figures = matrix_figures(state); // 512M was asked for at 300K only
    EXPECT_EQ(figures.scenarios.size(), 5U);
    EXPECT_EQ(figures.scenario({"512M", "1", "default"}), nullptr);
    EXPECT_EQ(figures.asked, 60);

    auto other = test::make_session(); // another arm in one scenario, and fewer runs of the others
    other.arms = {"stock", "mainline"};
    other.dimensions[0].values = {"128M"};
    other.dimensions[2].values = {"300K"};
    other.runs = 2;
    state.sessions.push_back(other);
    EXPECT_EQ(matrix_figures(state).asked, 62);
}

TEST(MatrixFigures, RunsThatStoppedAlikeAreOneKind) {
    auto state = make_matrix();
    for (auto &run : state.runs)
        if (run.record.verdict == Verdict::hang && run.record.arm == "bare")
            run.record.hang->cycle = {"task a:7 waits for b", "b waits for a"};
    const auto figures = matrix_figures(state);
    ASSERT_EQ(figures.stops.size(), 2U);
    EXPECT_EQ(figures.stops[0].arms.at("bare"), 16);
    EXPECT_EQ(figures.stops[0].cell, "bare, mem 128M, conns 1, min-free default");
    EXPECT_EQ(figures.stops[1].arms.at("mainline"), 4);
}

TEST(MatrixFigures, CommandMakesItAgain) {
    EXPECT_EQ(matrix_command(test::make_session()),
              "netswap matrix --arms bare,mainline,netswap --mem 128M,256M --conns 1 "
              "--min-free default,300K --sysctl vm.swappiness=10 --sysctl vm.page-cluster=0 "
              "--runs 4 --seed 1");
}

TEST(MatrixTable, HasARowForEachScenario) {
    const auto table = render_matrix_table(make_matrix());
    EXPECT_THAT(table, HasSubstr("48 of 48 runs made\n"));
    EXPECT_THAT(table, HasSubstr("everywhere: conns 1\n"));
    EXPECT_THAT(table, HasSubstr("mem   min-free  bare          mainline        netswap  "));
    EXPECT_THAT(table,
                HasSubstr("128M  300K      0/4 [0-49 %]  2/4 [15-85 %]   4/4 [51-100 %]  0.86\n"));
    EXPECT_THAT(table, HasSubstr("netswap:mainline"));
    EXPECT_THAT(table, HasSubstr("not survived\n"));
    EXPECT_THAT(table, Not(HasSubstr("\x1b")));
    TableStyle colour;
    colour.colour = true;
    EXPECT_THAT(render_matrix_table(make_matrix(), colour), HasSubstr("\x1b[31m0/4"));
}

TEST(MatrixTable, WithoutRunsSaysSo) {
    auto state = make_matrix();
    state.runs.clear();
    EXPECT_THAT(render_matrix_table(state), HasSubstr("0 of 48 runs made"));
    EXPECT_THAT(render_matrix_html(state), HasSubstr("0 of 48 runs made"));
}

TEST(MatrixPage, HasAMapForEachCombinationOfTheOtherDimensions) {
    auto state = make_matrix();
    state.runs.pop_back(); // one cell has 3 runs
    std::erase_if(state.runs, [](const auto &run) {
        return run.cell.at("mem") == "128M" && run.record.arm == "mainline";
    });
    const auto page = render_matrix_html(state);
    EXPECT_EQ(count(page, "<table class=\"map\">"), 2);
    EXPECT_EQ(count(page, "<td class=\"s0\"><b>0/4</b><small>0-49 %</small></td>"), 4);
    EXPECT_EQ(count(page, "<td class=\"s2\"><b>2/4</b>"), 1);
    EXPECT_EQ(count(page, "<td class=\"s5\"><b>4/4</b>"), 4);
    EXPECT_EQ(count(page, "<td class=\"s5\"><b>3/3</b>"), 1);
    EXPECT_EQ(count(page, "<td class=\"unmade\">"), 2);
    EXPECT_THAT(page, HasSubstr("<h3>min-free 300K</h3>"));
    EXPECT_THAT(page, Not(HasSubstr("src=")));
    EXPECT_THAT(page, Not(HasSubstr("http:")));
    for (const auto *element : {"section", "table", "figure", "article", "tr", "td", "ul", "ol"})
        EXPECT_EQ(count(page, std::string("<") + element + ">") +
                      count(page, std::string("<") + element + " "),
                  count(page, std::string("</") + element + ">"))
            << element;
}

TEST(MatrixPage, OtherEndsThanHangsStandInTheCell) {
    auto state = make_matrix();
    state.runs[0].record.verdict = Verdict::crash;
    state.runs[0].record.message = "<b>&";
    const auto page = render_matrix_html(state);
    EXPECT_THAT(page, HasSubstr("<small>crash 1</small>"));
    EXPECT_THAT(page, Not(HasSubstr("<b>&<")));
}

} // namespace
} // namespace netswap
