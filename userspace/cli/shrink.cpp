// SPDX-License-Identifier: GPL-2.0
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/display.h"
#include "cli/lab.h"
#include "cli/lab_flags.h"
#include "cli/matrix_flags.h"
#include "cli/report_files.h"
#include "lib/campaign.h"
#include "lib/storm_setting.h"
#include "lib/text.h"
#include "matrix/budget.h"
#include "matrix/matrix_record.h"
#include "matrix/trial_record.h"
#include "report/terminal_text.h"

namespace netswap::cli {

namespace {

constexpr const char *records_name = "shrink.jsonl";

struct ShrinkFlags {
    SettingTexts settings;
    std::string arms;
    std::optional<std::uint64_t> seed;
    std::string from;
    int record = -1;
    ShrinkRules rules;
    std::string budget;
    std::string out;
    std::string artefacts;
    std::string accel = "auto";
};

/// Makes runs in VMs, one after the other.
class LabRunner final : public TrialRunner {
  public:
    LabRunner(const Lab &lab, std::string out, const Budget &budget)
        : lab_(lab), out_(std::move(out)), budget_(budget) {}

    Result<std::optional<RunRecord>> run(const StormArguments &scenario, int trial) override {
        if (interrupted_ || !budget_.left())
            return std::nullopt;
        auto arguments = scenario;
        arguments.runs = trial + 1; // each trial has a seed of its own
        arguments.patience = lab_.checkers(arguments.kernel).patience();
        const auto plan = plan_storm(arguments);
        if (!plan)
            return tl::unexpected(plan.error());
        auto run = plan->schedule().back();
        // Named by what is run, so that a search that goes on does not mix its logs.
        const auto logs =
            fmt::format("{}/logs/{}-{}", out_, short_hash(storm_command(scenario)), trial);
        Display display(1, ::isatty(STDERR_FILENO) != 0, {});
        display.name_runs([&](const std::string &arm, const RunParams &, int index) {
            return fmt::format("{}, run {}", arm, index);
        });
        Campaign campaign({lab_.task(std::move(run), logs)}, 1, start_run, display);
        auto ok = campaign.run();
        display.clear();
        if (!ok)
            return tl::unexpected(ok.error());
        interrupted_ = campaign.interrupted();
        if (display.records().empty())
            return std::nullopt;
        return display.records().front();
    }

    [[nodiscard]] bool interrupted() const { return interrupted_; }

  private:
    const Lab &lab_;
    std::string out_;
    const Budget &budget_;
    bool interrupted_ = false;
};

/// "hung 1 of 2 (pass 1), kept"
std::string describe(const ShrinkStep &step) {
    auto text = step.change + ": ";
    if (step.known) {
        text += "decided before";
    } else {
        text += fmt::format("hung {} of {}", step.hung, step.made);
        std::string others;
        for (const auto &[verdict, runs] : step.others)
            others += fmt::format("{}{} {}", others.empty() ? "" : ", ", to_string(verdict), runs);
        if (!others.empty())
            text += fmt::format(" ({})", others);
    }
    return text + (step.kept ? ", kept" : ", not kept");
}

class Shrink {
  public:
    explicit Shrink(ShrinkFlags flags)
        : flags_(std::move(flags)), lab_(flags_.artefacts, flags_.accel) {}

    int run() {
        auto code = search();
        return code ? *code : complain(code.error());
    }

  private:
    Result<int> search() {
        const auto seconds = parse_budget(flags_.budget);
        if (!seconds)
            return tl::unexpected(seconds.error());
        if (flags_.rules.at_least > flags_.rules.runs)
            return fail(fmt::format("--at-least {} of --runs {} cannot hang", flags_.rules.at_least,
                                    flags_.rules.runs),
                        exit_bad_input);
        const auto start = scenario();
        if (!start)
            return tl::unexpected(start.error());
        if (auto ok = prepare(*start); !ok)
            return tl::unexpected(ok.error());
        auto journal = Journal::open(out_ + "/" + records_name);
        if (!journal)
            return tl::unexpected(journal.error());
        // Not before the journal is ours: another search may boot from the copies.
        if (auto ok = lab_.keep_copies(out_ + "/boot", session_.artefacts); !ok)
            return tl::unexpected(ok.error());
        if (auto ok = lab_.check(params_, 1, out_); !ok)
            return tl::unexpected(ok.error());
        const SystemClock clock;
        const Budget budget(clock, *seconds); // of runs: checks do not count
        LabRunner runner(lab_, out_, budget);
        auto recorded = RecordedRunner::open(*journal, session_, runner);
        if (!recorded)
            return with_context(recorded.error(), out_);

        fmt::print("begin: {}\n", session_.start);
        if (recorded->found() > 0)
            fmt::print("{} runs of this search are there already\n", recorded->found());
        std::fflush(stdout);
        Shrinker shrinker(flags_.rules, *recorded, [](const ShrinkStep &step) {
            fmt::print("{}\n", describe(step));
            std::fflush(stdout);
        });
        const auto outcome = shrinker.search(*start);
        if (!outcome)
            return tl::unexpected(outcome.error());
        return conclude(*outcome, runner.interrupted());
    }

    /// From --from, if given, with the other options on top; canonical.
    Result<StormArguments> scenario() {
        StormArguments arguments;
        arguments.arms.clear();
        if (!flags_.from.empty()) {
            auto given = record_of_file();
            if (!given)
                return tl::unexpected(given.error());
            arguments = arguments_of(*given);
        }
        if (!flags_.arms.empty())
            arguments.arms = flags_.arms;
        if (arguments.arms.empty())
            return fail("which arm hangs? give --arms ARM, or --from FILE with a run",
                        exit_bad_input);
        arguments.seed = flags_.seed.value_or(arguments.seed);
        for (const auto &setting : storm_settings()) {
            const std::string name(setting.name);
            std::vector<std::string> values;
            if (setting.list)
                values = flags_.settings.listed.at(name);
            else if (const auto &text = flags_.settings.single.at(name); !text.empty())
                values = {text};
            for (const auto &value : values)
                if (auto ok = setting.set(arguments, value); !ok)
                    return with_context(ok.error(), "--" + name);
        }
        return canonical(arguments);
    }

    /// The record asked for, or the first that hung.
    Result<RunRecord> record_of_file() const {
        const auto text = read_file(flags_.from);
        if (!text)
            return fail(text.error().message, exit_bad_input);
        auto runs = runs_of_text(*text, flags_.from);
        if (!runs)
            return tl::unexpected(runs.error());
        if (flags_.record >= static_cast<int>(runs->size()))
            return fail(fmt::format("{} has {} runs, no --record {}", flags_.from, runs->size(),
                                    flags_.record),
                        exit_bad_input);
        if (flags_.record >= 0)
            return runs->at(static_cast<std::size_t>(flags_.record));
        for (auto &run : *runs)
            if (run.verdict == Verdict::hang)
                return std::move(run);
        return fail(fmt::format("{}: none of its {} runs hung; choose one with --record",
                                flags_.from, runs->size()),
                    exit_bad_input);
    }

    Status prepare(const StormArguments &start) {
        const auto plan = plan_storm(start);
        if (!plan)
            return tl::unexpected(plan.error());
        if (auto ok = check_module_params(*plan); !ok)
            return ok;
        if (auto ok = lab_.find_kernel(plan->flavour_of(plan->arms.front())); !ok)
            return ok;
        lab_.choose_accelerator();
        auto prints = fingerprints(lab_.kernels());
        if (!prints)
            return tl::unexpected(prints.error());
        session_ = {storm_command(start), lab_.accelerator(), std::move(*prints)};
        out_ = flags_.out;
        if (out_.empty())
            out_ = fmt::format("{}/shrink/{}", cache_directory(),
                               short_hash(nlohmann::json(session_).dump()));
        auto made = make_directory(out_, "--out");
        if (!made)
            return tl::unexpected(made.error());
        out_ = std::move(*made);
        params_ = plan->params;
        return {};
    }

    [[nodiscard]] int conclude(const ShrinkOutcome &outcome, bool interrupted) const {
        fmt::print("{} candidates were decided by {} runs; records: {}/{}\n", outcome.candidates,
                   outcome.runs, out_, records_name);
        if (outcome.hangs) {
            fmt::print("{}:\n  {}\n",
                       outcome.finished ? "the smallest that still hangs"
                                        : "the search did not come to its end; the same command "
                                          "goes on. The smallest so far",
                       storm_command(outcome.smallest));
            const auto &hang = outcome.hang;
            fmt::print("how it hangs ({}):\n",
                       hang.message.empty() ? "no message" : printable(hang.message));
            if (hang.hang)
                for (const auto &line : hang.hang->cycle)
                    fmt::print("  {}\n", printable(line));
            fmt::print("log: {}\n", hang.log);
        } else if (outcome.finished) {
            fmt::print(stderr, "netswap: the scenario did not hang; give more --runs, or another "
                               "one\n");
        }
        if (interrupted)
            fmt::print(stderr, "netswap: interrupted; everything was taken down, and the same "
                               "command goes on\n");
        if (interrupted)
            return exit_interrupted;
        return outcome.hangs && outcome.finished ? exit_ok : exit_failed;
    }

    ShrinkFlags flags_;
    Lab lab_;
    ShrinkSession session_;
    RunParams params_; ///< of the first scenario
    std::string out_;
};

} // namespace

void add_shrink(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand("shrink", "find the smallest storm that still hangs");
    auto flags = std::make_shared<ShrinkFlags>();
    auto &o = *flags;
    const auto option = [&](const char *name, auto &value, const char *help) {
        return command->add_option(name, value, help);
    };
    option("--arms", o.arms, "the arm that hangs");
    option("--from", o.from,
           "take the scenario from a run that hung: the JSON of a storm, a record of it, "
           "matrix.jsonl or shrink.jsonl; other options go on top");
    option("--record", o.record, "the run of --from, counted from 0 (default: the first that hung)")
        ->check(CLI::NonNegativeNumber);
    option("--runs", o.rules.runs, "runs that decide about a candidate")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    option("--at-least", o.rules.at_least, "so many of them must hang")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    option("--budget", o.budget, "start no more runs after this time: 90s, 30m or 2h");
    add_setting_flags(*command, o.settings, false);
    option("--seed", o.seed, "seed of a candidate's first run; the next one has one more");
    option("--out", o.out,
           "directory of the records and the logs; what is there is continued (default: in the "
           "cache, by kernel and scenario)");
    add_artefacts(*command, o.artefacts);
    add_accel(*command, o.accel);
    command->callback([&exit_code, flags] { exit_code = Shrink(*flags).run(); });
}

} // namespace netswap::cli
