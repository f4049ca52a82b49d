// SPDX-License-Identifier: GPL-2.0
#include <filesystem>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/display.h"
#include "cli/lab.h"
#include "cli/matrix_flags.h"
#include "cli/report_files.h"
#include "lib/campaign.h"
#include "lib/text.h"
#include "matrix/budget.h"
#include "matrix/journal.h"
#include "matrix/matrix_record.h"
#include "matrix/matrix_verdict.h"
#include "report/matrix_report.h"

namespace netswap::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char *records_name = "matrix.jsonl";

/// The name of a cell as a directory's.
std::string directory_name(const Cell &cell) {
    auto name = cell.arm;
    for (const auto &value : cell.values)
        name += "-" + value;
    for (char &c : name)
        if (c == '/' || static_cast<unsigned char>(c) <= ' ')
            c = '_';
    return name;
}

/// Cells that differ make runs whose arm or parameters do.
std::string key_of(const std::string &arm, const RunParams &params) {
    return arm + " " + nlohmann::json(params).dump();
}

class Matrix {
  public:
    explicit Matrix(MatrixFlags flags)
        : flags_(std::move(flags)), lab_(flags_.artefacts, flags_.accel) {}

    int run() {
        auto code = flags_.show ? show() : make();
        if (!code)
            return complain(code.error());
        return *code;
    }

  private:
    Result<int> show() {
        if (flags_.out.empty()) {
            if (auto ok = plan(); !ok)
                return tl::unexpected(ok.error());
        } else {
            out_ = flags_.out;
        }
        const auto lines = read_journal(records_file());
        if (!lines)
            return tl::unexpected(lines.error());
        auto state = matrix_state(*lines, records_file());
        if (!state)
            return tl::unexpected(state.error());
        state_ = std::move(*state);
        if (auto ok = print(); !ok)
            return tl::unexpected(ok.error());
        return matrix_exit_code(state_);
    }

    Result<int> make() {
        const auto seconds = parse_budget(flags_.budget);
        if (!seconds)
            return tl::unexpected(seconds.error());
        auto ok = check_writable(flags_.html);
        if (ok)
            ok = plan();
        if (ok)
            ok = open_records();
        if (ok && !tasks_.empty())
            ok = check_lab();
        if (!ok)
            return tl::unexpected(ok.error());
        const SystemClock clock;
        const Budget budget(clock, *seconds); // of runs: checks do not count
        const bool interrupted = perform(budget, ok);
        if (!ok)
            return tl::unexpected(ok.error());
        if (auto printed = print(); !printed)
            return tl::unexpected(printed.error());
        if (interrupted)
            fmt::print(stderr, "netswap: interrupted; everything was taken down, and the same "
                               "command goes on\n");
        return interrupted ? exit_interrupted : matrix_exit_code(state_);
    }

    /// Cells, kernels and the directory.
    Status plan() {
        auto order = matrix_order(flags_);
        if (!order)
            return tl::unexpected(order.error());
        auto cells = make_cells(order->base, order->dimensions, [this](const std::string &kernel) {
            return lab_.checkers(kernel).patience();
        });
        if (!cells)
            return tl::unexpected(cells.error());
        cells_ = std::move(*cells);
        if (auto ok = check_module_params(all_arms()); !ok)
            return ok;
        for (const auto &cell : cells_) {
            const auto flavour = cell.plan.flavour_of(cell.plan.arms.front());
            if (auto ok = lab_.find_kernel(flavour); !ok)
                return ok;
        }
        lab_.choose_accelerator();
        session_.host = lab_.host();
        session_.seed = order->base.seed;
        session_.runs = order->base.runs;
        const auto arms = parse_arms(order->base.arms);
        for (const auto &arm : *arms)
            session_.arms.push_back(arm.name);
        session_.dimensions = std::move(order->dimensions);
        session_.options = std::move(order->options);
        auto prints = fingerprints(lab_.kernels());
        if (!prints)
            return tl::unexpected(prints.error());
        session_.artefacts = std::move(*prints);
        out_ = flags_.out;
        if (out_.empty())
            out_ = fmt::format("{}/matrix/{}", cache_directory(), session_key(session_));
        return {};
    }

    /// One plan with the arms of all cells.
    [[nodiscard]] StormPlan all_arms() const {
        auto all = cells_.front().plan;
        for (const auto &cell : cells_)
            all.arms.insert(all.arms.end(), cell.plan.arms.begin(), cell.plan.arms.end());
        return all;
    }

    /// What there is already, and the runs that are left to make.
    Status open_records() {
        auto made = make_directory(out_, "--out");
        if (!made)
            return tl::unexpected(made.error());
        out_ = std::move(*made);
        auto journal = Journal::open(records_file());
        if (!journal)
            return tl::unexpected(journal.error());
        journal_ = std::make_unique<Journal>(std::move(*journal));
        auto state = matrix_state(journal_->lines(), records_file());
        if (!state)
            return tl::unexpected(state.error());
        state_ = std::move(*state);
        for (const auto &earlier : state_.sessions)
            if (auto ok = same_experiment(earlier, session_); !ok)
                return with_context(ok.error(), out_);
        if (auto ok = lab_.keep_copies(out_ + "/boot", session_.artefacts); !ok)
            return ok;
        return make_tasks();
    }

    /// Run 0 of every cell first, so that all cells fill up evenly.
    Status make_tasks() {
        for (int run = 0; run < session_.runs; run++)
            for (const auto &cell : cells_) {
                if (state_.has(cell, run))
                    continue;
                auto plan = cell.plan.schedule().at(static_cast<std::size_t>(run));
                auto task = lab_.task(std::move(plan), fmt::format("{}/logs/{}-{:03}", out_,
                                                                   directory_name(cell), run));
                const auto [there, is_new] =
                    cell_of_.emplace(key_of(task.plan.arm.name, task.plan.params), &cell);
                if (!is_new && there->second != &cell)
                    return fail(fmt::format("cells '{}' and '{}' are the same storm: name each "
                                            "value once",
                                            there->second->name(), cell.name()),
                                exit_bad_input);
                tasks_.push_back(std::move(task));
            }
        return {};
    }

    /// The host for the largest of the cells, and every server; then the session is on record.
    Status check_lab() {
        std::map<std::pair<std::string, std::string>, RunParams> largest;
        for (const auto &task : tasks_) {
            const auto &params = task.plan.params;
            auto &most = largest[{params.transport, params.server}];
            if (most.mem_mib + most.swap_mib <= params.mem_mib + params.swap_mib)
                most = params;
        }
        for (const auto &[server, params] : largest)
            if (auto ok = lab_.check(params, flags_.base.jobs, out_); !ok)
                return ok;
        session_.host = lab_.host();
        if (auto ok = journal_->append(session_); !ok)
            return ok;
        state_.sessions.push_back(session_);
        return {};
    }

    /// Makes the runs; true when interrupted. A record that cannot be written ends it.
    bool perform(const Budget &budget, Status &status) {
        if (tasks_.empty())
            return false;
        Status written;
        Display *shown = nullptr;
        Display display(tasks_.size(), ::isatty(STDERR_FILENO) != 0, [&] {
            const auto &record = shown->records().back();
            const auto &cell = *cell_of_.at(key_of(record.arm, record.params));
            MatrixRun run;
            for (std::size_t i = 0; i < cell.names.size(); i++)
                run.cell[cell.names[i]] = cell.values[i];
            run.record = record;
            run.record.samples.clear();
            if (written)
                written = journal_->append(run);
            state_.runs.push_back(std::move(run));
        });
        shown = &display;
        display.name_runs([&](const std::string &arm, const RunParams &params, int run) {
            return fmt::format("{}, run {}", cell_of_.at(key_of(arm, params))->name(), run);
        });
        Campaign campaign(tasks_, flags_.base.jobs, start_run, display);
        campaign.start_while([&] { return budget.left() && written.has_value(); });
        status = campaign.run();
        display.clear();
        if (status)
            status = written;
        return campaign.interrupted();
    }

    Status print() const {
        TableStyle style;
        if (::isatty(STDOUT_FILENO) != 0) {
            style.colour = true;
            style.width = std::max(80, terminal_width(STDOUT_FILENO));
        }
        fmt::print("{}", render_matrix_table(state_, style));
        const auto page = flags_.html.empty() ? out_ + "/matrix.html" : flags_.html;
        fmt::print("records: {}\npage: {}\n", records_file(), page);
        return write_output(page, render_matrix_html(state_));
    }

    [[nodiscard]] std::string records_file() const { return out_ + "/" + records_name; }

    MatrixFlags flags_;
    Lab lab_;
    std::vector<Cell> cells_;
    MatrixSession session_; ///< of this command
    std::string out_;
    std::unique_ptr<Journal> journal_;
    MatrixState state_;
    std::vector<RunTask> tasks_;
    std::map<std::string, const Cell *> cell_of_; ///< by key_of()
};

} // namespace

void add_matrix(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "matrix", "run storms over every combination of options, and go on later");
    auto flags = std::make_shared<MatrixFlags>();
    add_matrix_flags(*command, *flags);
    command->callback([&exit_code, flags] { exit_code = Matrix(*flags).run(); });
}

} // namespace netswap::cli
