// SPDX-License-Identifier: GPL-2.0
#include "report/page_sections.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "report/markup.h"
#include "report/number_text.h"
#include "report/timeline.h"

namespace netswap {

namespace {

std::string cell(std::string_view content, std::string_view classes = "") {
    if (classes.empty())
        return fmt::format("<td>{}</td>", escape_markup(content));
    return fmt::format("<td class=\"{}\">{}</td>", classes, escape_markup(content));
}

std::string number(const std::string &text) {
    return cell(text, "n");
}

/// Head cells with a unit below the name.
std::string head(std::initializer_list<std::pair<const char *, const char *>> columns) {
    std::string row = "<thead><tr>";
    for (const auto &[name, unit] : columns)
        row += fmt::format("<th scope=\"col\">{}<small>{}</small></th>", name, unit);
    return row + "</tr></thead>\n";
}

std::string lowest_text(const ArmFigures &arm) {
    if (!arm.lowest_free)
        return "-";
    auto text = compact(static_cast<double>(*arm.lowest_free));
    if (arm.min_watermark)
        text += " / " + compact(static_cast<double>(*arm.min_watermark));
    return text;
}

std::string list_of(const std::vector<std::string> &lines) {
    std::string html = lines.empty() ? "" : "<ol>";
    for (const auto &line : lines)
        html += fmt::format("<li>{}</li>", escape_markup(line));
    return lines.empty() ? html : html + "</ol>";
}

std::string blocked_table(const std::vector<BlockedTask> &tasks) {
    std::string html = "<table class=\"small\">";
    for (const auto &task : tasks)
        html += "<tr>" + cell(fmt::format("{}:{}", task.task, task.pid)) + cell(task.state) +
                cell(task.where) + "</tr>";
    return html + "</table>";
}

/// The circle of waiting, or a word on it when an earlier run of the arm stopped alike.
std::string where_stopped(const RunRecord &run, const RunRecord *alike) {
    std::string html;
    if (!run.message.empty())
        html += fmt::format("<p>{}</p>", escape_markup(run.message));
    if (!run.hang)
        return html;
    std::string more;
    if (alike)
        html += fmt::format("<p>the same as in run {}</p>", alike->run);
    (alike ? more : html) += list_of(run.hang->cycle);
    if (!run.hang->blocked.empty())
        more += blocked_table(run.hang->blocked);
    if (!more.empty())
        html +=
            fmt::format("<details><summary>{}</summary>{}</details>",
                        run.hang->blocked.empty()
                            ? "its own lines"
                            : fmt::format("{}{} blocked tasks", alike ? "its own lines and " : "",
                                          run.hang->blocked.size()),
                        more);
    return html;
}

template <typename Get>
std::string states_of(const ArmFigures &arm, Get &&get) {
    std::vector<const StateReadback *> states;
    for (const auto *run : arm.runs)
        if (run->state)
            states.push_back(&*run->state);
    auto text = distinct(states, [&](const StateReadback *state) { return get(*state); });
    return text.empty() ? "-" : text;
}

std::string known(std::int64_t value) {
    return value < 0 ? "-" : fmt::format("{}", value);
}

std::string answers(const StateReadback &state) {
    std::string text;
    for (const auto &[group, who] : state.groups)
        text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", group,
                            who.rfind("module:", 0) == 0 ? who.substr(7) : who);
    return text;
}

} // namespace

std::string summary_section(const std::vector<ArmFigures> &figures) {
    std::string html = "<section><h2>Summary</h2>\n<div class=\"scroll\"><table>\n";
    html += head({{"arm", ""},
                  {"survived", "of runs"},
                  {"95 % interval", "Wilson"},
                  {"elapsed", "s, median (range)"},
                  {"to mainline", "ratio [95 %]"},
                  {"pages out", "median"},
                  {"pages in", "median"},
                  {"throttled", "median"},
                  {"marked", "skbs, median"},
                  {"dropped", "median"},
                  {"lowest free / min", "pages"},
                  {"not survived", ""}});
    html += "<tbody>\n";
    for (const auto &arm : figures) {
        html += fmt::format("<tr><th scope=\"row\">{}</th>", escape_markup(arm.arm));
        html += number(fmt::format("{} of {}", arm.survived, arm.total())) +
                number(percent_range(arm.survival95)) +
                number(elapsed_text(arm.elapsed_median, arm.elapsed_spread)) +
                number(ratio_text(arm.to_mainline)) + number(compact(arm.pages_out)) +
                number(compact(arm.pages_in)) + number(compact(arm.throttled)) +
                number(compact(arm.marked)) + number(compact(arm.dropped)) +
                number(lowest_text(arm)) + cell(failure_text(arm.failures)) + "</tr>\n";
    }
    return html + "</tbody></table></div>\n<p class=\"note\">Elapsed and its ratio are of runs "
                  "that survived; every other median is over all runs of the arm that know the "
                  "figure. Lowest free is the least of all runs, beside the min watermark of that "
                  "run at rest.</p></section>\n";
}

std::string stopped_section(const std::vector<ArmFigures> &figures) {
    std::string rows;
    for (const auto &arm : figures) {
        std::map<std::string, const RunRecord *> first_of_shape;
        for (const auto *run : arm.runs) {
            if (run->verdict == Verdict::pass)
                continue;
            const auto shape = cycle_shape(*run);
            const auto *alike = shape.empty() ? nullptr : first_of_shape[shape];
            if (!alike)
                first_of_shape[shape] = run;
            const auto stop = stop_time(*run);
            rows += fmt::format(
                "<tr><th scope=\"row\">{} <span class=\"run\">run {}, seed {}</span></th>"
                "<td data-label=\"verdict\"><span class=\"verdict {}\">{}</span></td>"
                "<td class=\"n\" data-label=\"stopped at\">{}</td>"
                "<td class=\"where\">{}</td><td class=\"log\"><code>{}</code></td></tr>\n",
                escape_markup(arm.arm), run->run, run->seed, to_string(run->verdict),
                to_string(run->verdict), stop ? seconds(stop) + " s" : "-",
                where_stopped(*run, alike), escape_markup(run->log));
        }
    }
    if (rows.empty())
        return "<section><h2>Where runs stopped</h2><p>Every run survived.</p></section>\n";
    return "<section><h2>Where runs stopped</h2>\n<p class=\"note\">Times are seconds since the "
           "guest's agent started. For a hang it is the last moment at which a page moved; the "
           "lines beneath tell who waits for whom, in order.</p>\n<table class=\"stops\">"
           "<thead><tr><th scope=\"col\">run</th><th scope=\"col\">verdict</th>"
           "<th scope=\"col\">stopped at</th><th scope=\"col\">where</th><th scope=\"col\">log</th>"
           "</tr></thead>\n<tbody>\n" +
           rows + "</tbody></table></section>\n";
}

std::string proof_section(const std::vector<ArmFigures> &figures) {
    std::string html = "<section><h2>Proof that each arm was in force</h2>\n<p class=\"note\">Read "
                       "back inside the guest before the storm began; a run that does not match "
                       "what was asked ends as error. More than one value means that runs "
                       "differed.</p>\n<div class=\"scroll\"><table>\n";
    html += head({{"arm", ""},
                  {"policy", ""},
                  {"answers the kernel's questions", ""},
                  {"min_free_kbytes", "KiB"},
                  {"huge pages", ""},
                  {"NIC driver", ""},
                  {"marked sockets", ""},
                  {"emergency", "pages"},
                  {"kernel", ""}});
    html += "<tbody>\n";
    for (const auto &arm : figures) {
        html += fmt::format("<tr><th scope=\"row\">{}</th>", escape_markup(arm.arm));
        html += cell(
            states_of(arm, [](const auto &s) { return s.policy.empty() ? "no hooks" : s.policy; }));
        html += cell(states_of(arm, answers), "wide");
        html += number(states_of(arm, [](const auto &s) { return known(s.min_free_kbytes); }));
        html += cell(states_of(arm, [](const auto &s) { return s.thp; }));
        html += cell(states_of(arm, [](const auto &s) { return s.nic_driver; }));
        html += number(states_of(arm, [](const auto &s) { return known(s.marked_sockets); }));
        html += number(states_of(arm, [](const auto &s) { return known(s.emergency_pages); }));
        html += cell(states_of(arm, [](const auto &s) { return s.release; })) + "</tr>\n";
    }
    return html + "</tbody></table></div></section>\n";
}

std::string counter_section(const std::vector<ArmFigures> &figures) {
    std::set<std::string> names;
    std::vector<const ArmFigures *> arms;
    for (const auto &arm : figures) {
        bool any = false;
        for (const auto *run : arm.runs)
            for (const auto &[name, value] : run->counters.netswap) {
                names.insert(name);
                any = true;
            }
        if (any)
            arms.push_back(&arm);
    }
    if (names.empty())
        return "";
    std::string html = "<section><h2>Counters of the modules</h2>\n<p class=\"note\">Medians over "
                       "the runs of an arm.</p><div class=\"scroll\"><table>\n<thead><tr>"
                       "<th scope=\"col\">counter</th>";
    for (const auto *arm : arms)
        html += fmt::format("<th scope=\"col\">{}</th>", escape_markup(arm->arm));
    html += "</tr></thead>\n<tbody>\n";
    for (const auto &name : names) {
        html += fmt::format("<tr><th scope=\"row\">{}</th>", escape_markup(name));
        for (const auto *arm : arms) {
            std::vector<double> values;
            for (const auto *run : arm->runs)
                if (const auto it = run->counters.netswap.find(name);
                    it != run->counters.netswap.end())
                    values.push_back(static_cast<double>(it->second));
            html += number(compact(median(std::move(values))));
        }
        html += "</tr>\n";
    }
    return html + "</tbody></table></div></section>\n";
}

} // namespace netswap
