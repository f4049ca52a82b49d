// SPDX-License-Identifier: GPL-2.0
#include "report/report.h"

#include <fmt/format.h>

#include "report/arm_plots.h"
#include "report/assets.h"
#include "report/markup.h"
#include "report/page_sections.h"

namespace netswap {

namespace {

std::string header(const CampaignResult &campaign, const std::string &title) {
    const auto controls = build_controls(campaign.runs);
    const char *tone = !controls.bare_hung ? "none" : *controls.bare_hung ? "ok" : "warning";
    std::string html = fmt::format(
        "<header>\n<p class=\"kind\">netswap storm{}</p>\n<h1>{}</h1>\n"
        "<p class=\"control {}\">{}</p>\n",
        campaign.host.started.empty() ? "" : ", " + escape_markup(campaign.host.started),
        escape_markup(title), tone, escape_markup(controls.line));
    if (const auto line = parameter_line(campaign); !line.empty())
        html += fmt::format("<p class=\"parameters\">{}</p>\n", escape_markup(line));
    return html + "</header>\n";
}

std::string survival_section(const std::vector<ArmFigures> &figures) {
    return "<section class=\"pair\">\n<figure><h2>Survival</h2>\n" + survival_plot(figures) +
           "<figcaption>Bar: share of runs that survived. Line: the range in which the true share "
           "lies with 95 % confidence (Wilson).</figcaption></figure>\n"
           "<figure><h2>Elapsed time of survivors</h2>\n" +
           elapsed_plot(figures) +
           "<figcaption>Dot: one run that survived. Upright line: their median. Runs that hung "
           "have no elapsed time, so an arm that loses its slow runs to hangs looks faster than it "
           "is.</figcaption></figure>\n</section>\n";
}

} // namespace

std::string page_opening(const std::string &title, std::string_view more_css) {
    // The policy keeps the promise that the page needs nothing else: no request can leave it.
    return fmt::format("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"color-scheme\" content=\"light dark\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                       "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
                       "<title>{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n<main>\n",
                       escape_markup(title), page_css(), more_css);
}

std::string render_html(const CampaignResult &campaign) {
    const auto figures = arm_figures(campaign.runs);
    const auto title = headline(figures);
    std::string html = page_opening(title) + header(campaign, title);
    if (!figures.empty()) {
        html += survival_section(figures);
        html += summary_section(figures);
        html += time_section(figures);
        html += stopped_section(figures);
        html += proof_section(figures);
        html += hostile_section(figures);
        html += counter_section(figures);
    }
    html += reproduce_section(campaign);
    return html + fmt::format("</main>\n<script>\n{}</script>\n</body>\n</html>\n", page_js());
}

} // namespace netswap
