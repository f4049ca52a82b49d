// SPDX-License-Identifier: GPL-2.0
#include "report/matrix_report.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "report/assets.h"
#include "report/markup.h"
#include "report/matrix_arms.h"
#include "report/matrix_figures.h"
#include "report/number_text.h"
#include "report/page_sections.h"

namespace netswap {

namespace {

/// Classes of survival; what they mean stands in the page's key.
constexpr std::array<std::pair<const char *, const char *>, 7> key{{
    {"s0", "none survived"},
    {"s1", "up to a quarter"},
    {"s2", "up to half"},
    {"s3", "up to three quarters"},
    {"s4", "more, not all"},
    {"s5", "all survived"},
    {"unmade", "no run yet"},
}};

std::string_view survival_class(const ArmFigures &arm) {
    if (arm.survived == 0)
        return "s0";
    if (arm.survived == arm.total())
        return "s5";
    const int quarters = (4 * arm.survived + arm.total() - 1) / arm.total();
    constexpr std::array<std::string_view, 5> classes{"s0", "s1", "s2", "s3", "s4"};
    return classes[static_cast<std::size_t>(quarters)];
}

std::string header(const MatrixFigures &figures, const std::string &title) {
    const auto &session = figures.session;
    std::string html =
        fmt::format("<header>\n<p class=\"kind\">netswap matrix{}</p>\n<h1>{}</h1>\n",
                    session.host.started.empty() ? "" : ", " + escape_markup(session.host.started),
                    escape_markup(title));
    html += fmt::format("<p class=\"parameters\">{} of {} runs made, {} scenario{}.</p>\n",
                        figures.made, figures.asked, figures.scenarios.size(),
                        figures.scenarios.size() == 1 ? "" : "s");
    if (const auto fixed = figures.fixed_text(); !fixed.empty())
        html += fmt::format("<p class=\"parameters\">Everywhere: {}.</p>\n", escape_markup(fixed));
    return html + "</header>\n";
}

std::string map_cell(const MatrixScenario *scenario, const std::string &arm_name) {
    if (!scenario)
        return "<td class=\"absent\"></td>";
    const auto *arm = scenario->of(arm_name);
    if (!arm)
        return "<td class=\"unmade\"><b>-</b></td>";
    auto html = fmt::format("<td class=\"{}\"><b>{}/{}</b><small>{}</small>", survival_class(*arm),
                            arm->survived, arm->total(), percent_range(arm->survival95));
    // That runs which did not survive hung goes without saying.
    auto others = arm->failures;
    others.erase(std::string(to_string(Verdict::hang)));
    if (!others.empty())
        html += fmt::format("<small>{}</small>", escape_markup(failure_text(others)));
    return html + "</td>";
}

/// Arms by the values of one dimension, everything else being as in `values`.
std::string map_table(const MatrixFigures &figures, const std::size_t *across,
                      std::vector<std::string> values) {
    const auto &session = figures.session;
    const std::vector<std::string> single{""};
    const auto &columns = across ? session.dimensions[*across].values : single;
    std::string html = "<table class=\"map\">\n";
    if (across) {
        html += fmt::format("<thead><tr><th class=\"corner\">{}</th>",
                            escape_markup(session.dimensions[*across].name));
        for (const auto &value : columns)
            html += fmt::format("<th scope=\"col\">{}</th>", escape_markup(value));
        html += "</tr></thead>\n";
    }
    html += "<tbody>\n";
    for (const auto &arm : session.arms) {
        html += fmt::format("<tr><th scope=\"row\">{}</th>", escape_markup(arm));
        for (const auto &value : columns) {
            if (across)
                values[*across] = value;
            html += map_cell(figures.scenario(values), arm);
        }
        html += "</tr>\n";
    }
    return html + "</tbody></table>\n";
}

/// The dimension with most values goes across, each combination of the others has a map.
std::string maps_section(const MatrixFigures &figures) {
    const auto &dimensions = figures.session.dimensions;
    auto others = figures.varied;
    const std::size_t *across = nullptr;
    std::size_t widest = 0;
    if (!others.empty()) {
        const auto it =
            std::max_element(others.begin(), others.end(), [&](std::size_t a, std::size_t b) {
                return dimensions[a].values.size() < dimensions[b].values.size();
            });
        widest = *it;
        across = &widest;
        others.erase(it);
    }
    std::string html =
        "<section><h2>Survival</h2>\n<p class=\"note\">Runs that survived of runs made, and the "
        "range in which the true share lies with 95 % confidence (Wilson). What did not survive "
        "hung, unless a cell says otherwise.</p>\n<div class=\"maps\">\n";
    std::vector<std::string> drawn;
    for (const auto &scenario : figures.scenarios) {
        const auto name = figures.name_of(scenario, others);
        if (std::find(drawn.begin(), drawn.end(), name) != drawn.end())
            continue;
        drawn.push_back(name);
        html += "<figure>\n";
        if (!name.empty())
            html += fmt::format("<h3>{}</h3>\n", escape_markup(name));
        html += map_table(figures, across, scenario.values) + "</figure>\n";
    }
    html += "</div>\n<ul class=\"key\">\n";
    for (const auto &[name, text] : key)
        html += fmt::format("<li><i class=\"{}\"></i>{}</li>\n", name, text);
    return html + "</ul></section>\n";
}

std::string times_section(const MatrixFigures &figures) {
    const auto &session = figures.session;
    std::string html =
        "<section><h2>Elapsed time of survivors</h2>\n<p class=\"note\">Seconds, median (range), "
        "and medians as a ratio to mainline's [95 %] where both survived. Runs that hung have no "
        "elapsed time, so an arm that loses its slow runs to hangs looks faster than it is."
        "</p>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">scenario</th>";
    for (const auto &arm : session.arms)
        html += fmt::format("<th scope=\"col\">{}<small>s</small></th>", escape_markup(arm));
    for (const auto &arm : figures.complete)
        html += fmt::format("<th scope=\"col\">{}:mainline<small>ratio</small></th>",
                            escape_markup(arm));
    html += "</tr></thead>\n<tbody>\n";
    for (const auto &scenario : figures.scenarios) {
        const auto name = figures.name_of(scenario, figures.varied);
        html += fmt::format("<tr><th scope=\"row\">{}</th>",
                            name.empty() ? "the only one" : escape_markup(name));
        const auto cell = [&](const std::string &text) {
            html += fmt::format("<td class=\"n\">{}</td>", escape_markup(text));
        };
        for (const auto &arm_name : session.arms) {
            const auto *arm = scenario.of(arm_name);
            cell(arm ? elapsed_text(arm->elapsed_median, arm->elapsed_spread) : "-");
        }
        for (const auto &arm_name : figures.complete) {
            const auto *arm = scenario.of(arm_name);
            cell(arm ? ratio_text(arm->to_mainline) : "-");
        }
        html += "</tr>\n";
    }
    return html + "</tbody></table></div></section>\n";
}

std::string totals_section(const MatrixFigures &figures) {
    std::string html =
        "<section><h2>All scenarios together</h2>\n<p class=\"note\">The ratio is the median of "
        "the scenarios' ratios. Receive's share is the part of the reserve that transmit and "
        "reclaim must leave alone; at 0 a packet may have found no page.</p>\n"
        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">arm</th><th "
        "scope=\"col\">survived</th><th scope=\"col\">elapsed to mainline<small>ratio</small>"
        "</th><th scope=\"col\">receive's share at its lowest</th></tr></thead>\n<tbody>\n";
    for (const auto &totals : arm_totals(figures))
        html += fmt::format(
            "<tr><th scope=\"row\">{}</th><td>{}/{} [{}]</td><td>{}</td><td>{}</td></tr>\n",
            escape_markup(totals.arm), totals.survived, totals.total,
            percent_range(totals.survival95),
            totals.to_mainline ? fmt::format("{:.2f}", *totals.to_mainline) : "-",
            escape_markup(lowest_share_text(totals)));
    return html + "</tbody></table></div></section>\n";
}

std::string stops_section(const MatrixFigures &figures) {
    if (figures.stops.empty())
        return "<section><h2>How runs stopped</h2><p>Every run survived.</p></section>\n";
    std::string html = "<section class=\"ways\"><h2>How runs stopped</h2>\n<p class=\"note\">Runs "
                       "that stopped alike are told once; the lines tell who waits for whom, in "
                       "order.</p>\n";
    for (const auto &kind : figures.stops) {
        const auto &run = *kind.example;
        html += fmt::format("<article>\n<p><span class=\"verdict\">{}</span>: {}</p>\n",
                            to_string(run.verdict), escape_markup(failure_text(kind.arms)));
        if (!run.message.empty())
            html += fmt::format("<p>{}</p>\n", escape_markup(run.message));
        if (run.hang && !run.hang->cycle.empty()) {
            html += "<ol>";
            for (const auto &line : run.hang->cycle)
                html += fmt::format("<li>{}</li>", escape_markup(line));
            html += "</ol>\n";
        }
        html += fmt::format("<p class=\"note\">first: {}, run {}, seed {}, <code>{}</code></p>\n"
                            "</article>\n",
                            escape_markup(kind.cell), run.run, run.seed, escape_markup(run.log));
    }
    return html + "</section>\n";
}

std::string reproduce(const MatrixFigures &figures) {
    const auto &session = figures.session;
    const auto row = [](std::string_view name, const std::string &value) {
        return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_markup(name),
                           value.empty() ? "-" : escape_markup(value));
    };
    std::string html = fmt::format("<section><h2>How to make it again</h2>\n"
                                   "<pre><code>{}</code></pre>\n<dl>\n",
                                   escape_markup(matrix_command(session)));
    html += row("accelerator", session.host.accel) + row("QEMU", session.host.qemu) +
            row("host CPUs", fmt::format("{}", session.host.cpus)) +
            row("host kernel", session.host.kernel);
    for (const auto &[name, print] : session.artefacts)
        html += row(name, print);
    return html + "</dl></section>\n";
}

} // namespace

std::string render_matrix_html(const MatrixState &state) {
    const auto figures = matrix_figures(state);
    std::vector<RunRecord> all;
    for (const auto &run : state.runs)
        all.push_back(run.record);
    const auto title = headline(arm_figures(all));
    std::string html = page_opening(title, matrix_css()) + header(figures, title);
    html += maps_section(figures) + totals_section(figures) + times_section(figures) +
            stops_section(figures) + reproduce(figures);
    return html + "</main>\n</body>\n</html>\n";
}

} // namespace netswap
