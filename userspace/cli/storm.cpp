// SPDX-License-Identifier: GPL-2.0
#include <filesystem>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/display.h"
#include "cli/lab.h"
#include "cli/report_files.h"
#include "cli/storm_flags.h"
#include "lib/campaign.h"
#include "lib/campaign_verdict.h"
#include "lib/fingerprint.h"
#include "lib/nbd_server.h"
#include "lib/storm_options.h"
#include "report/report.h"

namespace netswap::cli {

namespace {

namespace fs = std::filesystem;

/// One campaign: checks, runs, results.
class Storm {
  public:
    explicit Storm(StormFlags options)
        : options_(std::move(options)), lab_(options_.artefacts, options_.accel) {}

    int run() {
        if (auto ok = prepare(); !ok) {
            std::error_code ignored;
            if (!out_.empty())
                fs::remove(out_, ignored); // only if nothing is in it
            return complain(ok.error());
        }
        Display display(tasks_.size(), ::isatty(STDERR_FILENO) != 0, [&] { save_partial(); });
        display_ = &display;
        Campaign campaign(tasks_, plan_.jobs, start_run, display);
        auto ran = campaign.run();
        display.clear();
        auto result = assemble();
        auto written = write(result);
        if (!ran)
            return complain(ran.error());
        if (campaign.interrupted()) {
            fmt::print(stderr,
                       "netswap: interrupted after {} of {} runs; everything was taken "
                       "down\n",
                       display.records().size(), tasks_.size());
            if (!written)
                complain(written.error());
            return exit_interrupted;
        }
        TableStyle style;
        if (::isatty(STDOUT_FILENO) != 0) {
            style.colour = true;
            style.width = std::max(80, terminal_width(STDOUT_FILENO));
        }
        fmt::print("{}", render_table(result, style));
        fmt::print("logs: {}\n", out_);
        if (!written)
            return complain(written.error());
        return campaign_exit_code(result, arms_of(result));
    }

  private:
    Status prepare() {
        options_.storm.patience = lab_.checkers(options_.storm.kernel).patience();
        auto plan = plan_storm(options_.storm);
        if (!plan)
            return tl::unexpected(plan.error());
        plan_ = std::move(*plan);
        if (auto ok = check_module_params(plan_); !ok)
            return ok;
        if (plan_.params.transport == "nbd")
            if (auto server = make_nbd_server(plan_.params.server); !server)
                return tl::unexpected(server.error());
        for (const auto *file : {&options_.json, &options_.html})
            if (auto ok = check_writable(*file); !ok)
                return ok;
        for (const auto &arm : plan_.arms)
            if (auto ok = lab_.find_kernel(plan_.flavour_of(arm)); !ok)
                return ok;
        auto prints = fingerprints(lab_.kernels());
        if (!prints)
            return tl::unexpected(prints.error());
        artefacts_ = std::move(*prints);
        if (auto ok = read_previous(); !ok)
            return ok;
        if (auto ok = make_out(); !ok)
            return ok;
        if (auto ok = lab_.check(plan_.params, plan_.jobs, out_); !ok)
            return ok;
        if (auto ok = choose_accelerator(); !ok)
            return ok;
        if (auto ok = same_host(); !ok)
            return ok;
        make_tasks();
        return {};
    }

    Status choose_accelerator() {
        if (!plan_.params.recorded)
            lab_.choose_accelerator();
        else if (options_.accel == "kvm")
            return fail("--record needs --accel tcg: QEMU cannot record under KVM", exit_bad_input);
        else
            lab_.use_tcg();
        return {};
    }

    Status read_previous() {
        if (!options_.append)
            return {};
        if (options_.json.empty())
            return fail("--append needs --json FILE to continue", exit_bad_input);
        if (!fs::exists(options_.json))
            return {};
        auto campaign = read_campaign(options_.json);
        if (!campaign)
            return tl::unexpected(campaign.error());
        previous_ = std::move(*campaign);
        return same_storm();
    }

    /// Runs in one table are of one storm. The accelerator is not chosen yet.
    Status same_storm() const {
        const auto same = [](RunParams earlier, const RunParams &planned) {
            earlier.accel = planned.accel;
            return earlier == planned;
        };
        for (const auto &planned : plan_.schedule())
            for (const auto &earlier : previous_.runs)
                if (earlier.arm == planned.arm.name && !same(earlier.params, planned.params))
                    return fail(fmt::format("--append: {} has runs of arm {} with other options; "
                                            "name another --json, or the same options",
                                            options_.json, earlier.arm),
                                exit_bad_input);
        for (const auto &[what, print] : previous_.artefacts)
            if (const auto now = artefacts_.find(what);
                now != artefacts_.end() && now->second != print)
                return fail(
                    fmt::format("--append: the {} has been built anew since the runs in {}; "
                                "name another --json",
                                what, options_.json),
                    exit_bad_input);
        return {};
    }

    /// Known once the accelerator is chosen.
    Status same_host() const {
        if (previous_.runs.empty() || previous_.host.accel == lab_.host().accel)
            return {};
        return fail(fmt::format("--append: the runs in {} were made with {}, now it is {}",
                                options_.json, previous_.host.accel, lab_.host().accel),
                    exit_bad_input);
    }

    Status make_out() {
        out_ = options_.out;
        if (out_.empty())
            out_ = fmt::format("{}/runs/{}-{}", cache_directory(), utc_now("%Y%m%dT%H%M%S"),
                               ::getpid());
        auto made = make_directory(out_, "--out");
        if (!made)
            return tl::unexpected(made.error());
        out_ = std::move(*made);
        return {};
    }

    void make_tasks() {
        for (auto &run : plan_.schedule()) {
            run.run += first_index(run.arm.name);
            run.seed = plan_.seed + static_cast<unsigned>(run.run);
            const auto logs = fmt::format("{}/{}-{:03}", out_, run.arm.name, run.run);
            tasks_.push_back(lab_.task(std::move(run), logs));
        }
    }

    /// Runs of this arm that an earlier campaign has made already.
    int first_index(const std::string &arm) const {
        int next = 0;
        for (const auto &record : previous_.runs)
            if (record.arm == arm)
                next = std::max(next, record.run + 1);
        return next;
    }

    CampaignResult assemble() const {
        auto result = previous_;
        result.host = lab_.host();
        result.artefacts.insert(artefacts_.begin(), artefacts_.end());
        const auto &records = display_->records();
        result.runs.insert(result.runs.end(), records.begin(), records.end());
        finish(result);
        return result;
    }

    /// Of this command and of those before it.
    [[nodiscard]] std::vector<Arm> arms_of(const CampaignResult &result) const {
        auto arms = plan_.arms;
        for (const auto &run : result.runs)
            if (const auto arm = parse_arm(run.arm))
                arms.push_back(*arm);
        return arms;
    }

    Status write(const CampaignResult &result) const {
        if (!options_.json.empty())
            if (auto ok = write_campaign(result, options_.json); !ok)
                return ok;
        if (!options_.html.empty())
            return write_page(result, options_.html);
        return {};
    }

    /// So that a campaign that is cut off, however rudely, has left what it had.
    /// Only a file can be replaced by what there is at the end.
    void save_partial() const {
        std::error_code none;
        const auto there = fs::symlink_status(options_.json, none);
        if (options_.json.empty() || (fs::exists(there) && !fs::is_regular_file(there)))
            return;
        [[maybe_unused]] auto ignored = write_campaign(assemble(), options_.json);
    }

    StormFlags options_;
    StormPlan plan_;
    Lab lab_;
    std::map<std::string, std::string> artefacts_;
    CampaignResult previous_;
    std::vector<RunTask> tasks_;
    std::string out_;
    Display *display_ = nullptr;
};

} // namespace

void add_storm(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand("storm", "run the swap storm in VMs and compare arms");
    auto options = std::make_shared<StormFlags>();
    add_storm_flags(*command, *options);
    command->callback([&exit_code, options] {
        options->storm.by_arm = options->order == "by-arm";
        exit_code = Storm(*options).run();
    });
}

} // namespace netswap::cli
