// SPDX-License-Identifier: GPL-2.0
#include "lib/record.h"

#include <nlohmann/json.hpp>

#include "bench/counts.h"
#include "lib/storm_setting.h"
#include "lib/text.h"
#include "matrix/matrix_record.h"
#include "matrix/trial_record.h"
#include "report/matrix_report.h"
#include "report/report.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

using nlohmann::json;

namespace {

std::string text_of(const json &value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

void campaign(std::string_view input) {
    auto campaign = parse_campaign(input);
    if (!clear(campaign))
        return;
    const auto written = text_of(*campaign);
    const auto again = parse_campaign(written);
    require(again && text_of(*again) == written, "a campaign is not read as written");
    finish(*campaign);
    require(render_table(*campaign).ends_with('\n'), "a table without an end");
    require(render_html(*campaign).find("</html>") != std::string::npos, "a page without an end");
    clear(validate(*campaign));
}

void runs(std::string_view input) {
    const auto runs = runs_of_text(std::string(input), "out.json");
    if (clear(runs))
        for (const auto &run : *runs)
            require(!storm_command(arguments_of(run)).empty(), "a run without a command");
}

void matrix(std::string_view input) {
    std::vector<json> lines;
    while (!input.empty())
        if (auto line = json::parse(take_line(input), nullptr, false); line.is_object())
            lines.push_back(std::move(line));
    const auto state = matrix_state(lines, "matrix.jsonl");
    if (!clear(state) || state->sessions.empty())
        return;
    clear(same_experiment(state->sessions.front(), state->sessions.back()));
    require(!session_key(state->whole()).empty(), "a session without a key");
    require(render_matrix_table(*state).ends_with('\n'), "a table without an end");
    require(render_matrix_html(*state).find("</html>") != std::string::npos,
            "a page without an end");
}

void bench_counts(std::string_view input) {
    bench::ArmCounts counts;
    try {
        json::parse(input).get_to(counts);
    } catch (const std::exception &) { // what the readers of this promise, and their callers catch
        return;
    }
    for (const auto &count : counts.counts)
        require(count.batch > 0 && counts.find(count.name) != nullptr, "a count of nothing");
    require(json(counts).get<bench::ArmCounts>() == counts, "counts are not read as written");
}

} // namespace netswap::fuzz
