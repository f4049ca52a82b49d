// SPDX-License-Identifier: GPL-2.0
#include <chrono>
#include <ctime>
#include <filesystem>
#include <memory>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/display.h"
#include "cli/report_files.h"
#include "cli/storm_flags.h"
#include "lib/accel_probe.h"
#include "lib/artefacts.h"
#include "lib/campaign.h"
#include "lib/campaign_verdict.h"
#include "lib/host_probe.h"
#include "lib/nbd_server.h"
#include "lib/storm_options.h"
#include "lib/tap.h"
#include "report/report.h"

namespace netswap::cli {

namespace {

namespace fs = std::filesystem;

std::string utc_now(const char *format) {
    return fmt::format(fmt::runtime(fmt::format("{{:{}}}", format)),
                       fmt::gmtime(std::time(nullptr)));
}

/// Found out now, not after an hour of storms.
Status check_writable(const std::string &file) {
    if (file.empty())
        return {};
    const auto directory = fs::absolute(file).parent_path();
    if (::access(directory.c_str(), W_OK | X_OK) != 0 || fs::is_directory(file))
        return fail(
            fmt::format("cannot write {}: no such directory, or no right to write there", file),
            exit_bad_input);
    return {};
}

/// One campaign: checks, runs, results.
class Storm {
  public:
    explicit Storm(StormFlags options) : options_(std::move(options)) {}

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
        return campaign_exit_code(result, plan_.arms);
    }

  private:
    Status prepare() {
        auto plan = plan_storm(options_.storm);
        if (!plan)
            return tl::unexpected(plan.error());
        plan_ = std::move(*plan);
        if (plan_.params.transport == "nbd")
            if (auto server = make_nbd_server(plan_.params.server); !server)
                return tl::unexpected(server.error());
        for (const auto *file : {&options_.json, &options_.html})
            if (auto ok = check_writable(*file); !ok)
                return ok;
        if (auto ok = find_kernels(); !ok)
            return ok;
        if (auto ok = read_previous(); !ok)
            return ok;
        if (auto ok = make_out(); !ok)
            return ok;
        if (auto ok = check(); !ok)
            return ok;
        choose_accelerator();
        make_tasks();
        return {};
    }

    Status find_kernels() {
        const auto directory = artefacts_directory(options_.artefacts);
        for (const auto &arm : plan_.arms) {
            const auto flavour = plan_.flavour_of(arm);
            auto found = find_artefacts(directory, flavour);
            if (!found)
                return tl::unexpected(found.error());
            artefacts_[flavour] = std::move(*found);
        }
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
        return {};
    }

    Status make_out() {
        out_ = options_.out;
        if (out_.empty())
            out_ = fmt::format("{}/runs/{}-{}", cache_directory(), utc_now("%Y%m%dT%H%M%S"),
                               ::getpid());
        std::error_code error;
        fs::create_directories(out_, error);
        if (error)
            return fail(fmt::format("--out {}: {}", out_, error.message()), exit_bad_input);
        out_ = fs::absolute(out_);
        return {};
    }

    Status check() {
        const auto &p = plan_.params;
        HostNeeds needs;
        needs.network = p.transport == "nbd";
        needs.log_directory = out_;
        needs.memory_mib = plan_.jobs * (p.mem_mib + p.swap_mib + 100);
        if (auto ok = check_host(host_, needs); !ok)
            return ok;
        if (auto version = host_.qemu_version())
            qemu_ = *version;
        return needs.network ? try_server(p, out_) : Status{};
    }

    void choose_accelerator() {
        plan_.params.accel = options_.accel;
        if (options_.accel != "auto")
            return;
        std::string reason;
        plan_.params.accel = probe_accelerator(artefacts_.begin()->second.kernel, reason);
        if (!reason.empty())
            fmt::print(stderr, "no KVM, using TCG: {}\n", reason);
    }

    void make_tasks() {
        for (auto &run : plan_.schedule()) {
            RunTask task;
            run.run += first_index(run.arm.name);
            run.seed = plan_.seed + static_cast<unsigned>(run.run);
            task.artefacts = artefacts_.at(run.params.kernel);
            task.log_directory = fmt::format("{}/{}-{:03}", out_, run.arm.name, run.run);
            task.orders.server = lab_host_address;
            task.orders.port = lab_nbd_port;
            task.orders.export_name = lab_export;
            if (!run.params.faults.empty())
                task.orders.sample_ms = 100; // recovery is told to that much
            task.plan = std::move(run);
            tasks_.push_back(std::move(task));
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
        utsname system{};
        ::uname(&system);
        result.host = {plan_.params.accel, qemu_, host_.cpus(), system.release, started_};
        const auto &records = display_->records();
        result.runs.insert(result.runs.end(), records.begin(), records.end());
        finish(result);
        return result;
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
    void save_partial() const {
        if (!options_.json.empty()) [[maybe_unused]]
            auto ignored = write_campaign(assemble(), options_.json);
    }

    StormFlags options_;
    StormPlan plan_;
    RealHost host_;
    CampaignResult previous_;
    std::map<std::string, Artefacts> artefacts_; ///< by flavour
    std::vector<RunTask> tasks_;
    std::string out_;
    std::string qemu_;
    std::string started_ = utc_now("%Y-%m-%dT%H:%M:%SZ");
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
