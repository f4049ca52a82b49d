// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "lib/record.h"
#include "lib/result.h"

/// What the tools need of the report: from the runs of a campaign to its summary, its terminal
/// table, its HTML page, and the check of its JSON. Nothing here touches files or the terminal.
namespace netswap {

struct TableStyle {
    bool colour = false; ///< only when stdout is a terminal
    int width = 120;     ///< columns; no line of the table is longer, but for an arm's own name
};

/// One summary per arm, in the order in which the arms first appear in `runs`.
/// Every run counts in `runs`, also one whose verdict is error: it did not survive.
std::vector<ArmSummary> build_summary(const std::vector<RunRecord> &runs);

/// The statement on the negative control, made from the runs of the bare arm:
///   all of them hung        bare_hung true
///   at least one did not    bare_hung false, the line starts with "WARNING"
///   no bare arm             bare_hung absent, the line says that there is no control
Controls build_controls(const std::vector<RunRecord> &runs);

/// Fills `controls` and `summary` from `runs`.
void finish(CampaignResult &campaign);

/// The campaign for the terminal: control line, parameters, a row per arm, what did not survive.
/// Plain ASCII with a newline at the end. Figures are made from `runs`.
std::string render_table(const CampaignResult &campaign, const TableStyle &style = {});

/// The campaign as one HTML page that needs nothing else (no network, no other file).
std::string render_html(const CampaignResult &campaign);

/// Checks the JSON of a campaign against the schema in storm.schema.json, which is built in.
/// The error names the first place that is wrong: "runs[3].verdict: ...".
Status validate(const nlohmann::json &campaign);

/// The schema itself, as committed.
std::string_view storm_schema_text();

} // namespace netswap
