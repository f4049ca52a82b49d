// SPDX-License-Identifier: GPL-2.0
#include "cli/report_files.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "lib/text.h"
#include "report/report.h"

namespace netswap::cli {

Result<CampaignResult> read_campaign(const std::string &file) {
    const auto text = read_file(file);
    if (!text)
        return fail(text.error().message, exit_bad_input);
    const auto json = nlohmann::json::parse(*text, nullptr, false);
    if (json.is_discarded())
        return fail(file + ": is no JSON", exit_bad_input);
    if (auto ok = validate(json); !ok)
        return fail(fmt::format("{}: {}", file, ok.error().message), exit_bad_input);
    auto campaign = parse_campaign(*text);
    if (!campaign)
        return with_context(campaign.error(), file);
    return campaign;
}

Status write_campaign(const CampaignResult &campaign, const std::string &file) {
    return write_output(file, nlohmann::json(campaign).dump(
                                  1, ' ', false, nlohmann::json::error_handler_t::replace) +
                                  "\n");
}

Status write_page(const CampaignResult &campaign, const std::string &file) {
    return write_output(file, render_html(campaign));
}

void add_check_json(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand("check-json", "check the JSON of a campaign");
    auto file = std::make_shared<std::string>();
    command->add_option("file", *file, "JSON written by netswap storm --json")->required();
    command->callback([&exit_code, file] {
        const auto campaign = read_campaign(*file);
        if (!campaign) {
            exit_code = complain(campaign.error());
            return;
        }
        fmt::print("{}: valid, {} runs, {} arms\n", *file, campaign->runs.size(),
                   campaign->summary.size());
    });
}

void add_report(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand("report", "show a campaign from its JSON");
    auto file = std::make_shared<std::string>();
    auto page = std::make_shared<std::string>();
    command->add_option("file", *file, "JSON written by netswap storm --json")->required();
    command->add_option("--html", *page, "write the page with plots here");
    command->callback([&exit_code, file, page] {
        auto campaign = read_campaign(*file);
        if (!campaign) {
            exit_code = complain(campaign.error());
            return;
        }
        fmt::print("{}", render_table(*campaign));
        if (page->empty())
            return;
        if (auto ok = write_page(*campaign, *page); !ok)
            exit_code = complain(ok.error());
    });
}

} // namespace netswap::cli
