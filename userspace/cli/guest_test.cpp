// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/display.h"
#include "cli/lab_flags.h"
#include "cli/report_files.h"
#include "lib/accel_probe.h"
#include "lib/artefacts.h"
#include "lib/campaign.h"
#include "lib/host_probe.h"
#include "lib/tap.h"
#include "lib/text.h"

namespace netswap::cli {

namespace {

constexpr const char *tests_image = "initramfs-tests.cpio.gz";

struct Options {
    StormArguments storm;
    std::vector<std::string> filter;
    std::string artefacts;
    std::string out;
    std::string accel = "auto";
    std::string policy = "mainline";
    std::optional<double> hang_after_s;
    std::optional<double> timeout_s;
};

// For a kernel without checkers.
constexpr double silence_s = 120; ///< what the guest itself allows a case, and more
constexpr double whole_s = 600;

Result<RunTask> make_task(const Options &options) {
    auto arguments = options.storm;
    const auto directory = artefacts_directory(options.artefacts);
    const auto checkers = checkers_of(directory + "/" + arguments.kernel + "/config");
    arguments.hang_after_s = options.hang_after_s.value_or(silence_s * checkers.patience());
    arguments.timeout_s = options.timeout_s.value_or(whole_s * checkers.patience());
    if (arguments.mem.empty())
        arguments.mem = checkers.names.empty() ? "256M" : "512M";
    arguments.arms = options.policy;
    auto plan = plan_storm(arguments);
    if (!plan)
        return tl::unexpected(plan.error());
    auto run = plan->schedule().front();
    auto artefacts = find_artefacts(directory, run.params.kernel);
    if (!artefacts)
        return tl::unexpected(artefacts.error());

    RunTask task;
    task.artefacts = std::move(*artefacts);
    // The tests' own image has servers that a storm's guest has no memory to spare for.
    const auto with_servers =
        std::filesystem::path(task.artefacts.initramfs).replace_filename(tests_image);
    if (std::filesystem::exists(with_servers))
        task.artefacts.initramfs = with_servers;
    task.log_directory = options.out;
    if (task.log_directory.empty())
        task.log_directory = fmt::format("{}/runs/guest-test-{}", cache_directory(), ::getpid());
    task.log_directory = std::filesystem::absolute(task.log_directory);
    std::error_code error;
    std::filesystem::create_directories(task.log_directory, error);
    if (error)
        return fail(fmt::format("--out {}: {}", task.log_directory, error.message()),
                    exit_bad_input);
    RealHost host;
    HostNeeds needs;
    needs.log_directory = task.log_directory;
    needs.memory_mib = run.params.mem_mib + run.params.swap_mib + 100;
    if (auto ok = check_host(host, needs); !ok)
        return tl::unexpected(ok.error());

    run.params.accel = options.accel;
    std::string reason;
    if (options.accel == "auto")
        run.params.accel = probe_accelerator(task.artefacts.kernel, reason);
    task.orders.mode = "tests";
    task.orders.tests = options.filter;
    task.orders.server = lab_host_address;
    task.orders.port = lab_nbd_port;
    task.orders.export_name = lab_export;
    task.check_state = false;
    task.nodes = std::min(2, run.params.cpus); // a memory policy needs two to choose from
    task.plan = std::move(run);
    return task;
}

/// KTAP with one line a case; details as comments. Returns the number of failures.
int print_ktap(const std::vector<TestMessage> &tests) {
    int failed = 0, skipped = 0, number = 0;
    fmt::print("KTAP version 1\n1..{}\n", tests.size());
    for (const auto &test : tests) {
        const bool ok = test.ok || test.skip;
        failed += !ok;
        skipped += test.skip;
        if (!ok)
            for (const auto line : split(test.detail, '\n'))
                fmt::print("# {}\n", line);
        fmt::print("{} {} {}.{}", ok ? "ok" : "not ok", ++number, test.suite, test.name);
        if (test.skip)
            fmt::print(" # SKIP {}", join({test.detail}, " "));
        fmt::print("\n");
    }
    fmt::print("# {} passed, {} failed, {} skipped\n",
               static_cast<int>(tests.size()) - failed - skipped, failed, skipped);
    return failed;
}

int run(const Options &options) {
    auto task = make_task(options);
    if (!task)
        return complain(task.error());
    Display display(1, ::isatty(STDERR_FILENO) != 0, {});
    Campaign campaign({*task}, 1, start_run, display);
    if (auto ok = campaign.run(); !ok)
        return complain(ok.error());
    display.clear();
    if (campaign.interrupted())
        return complain({"interrupted; everything was taken down", exit_interrupted});
    auto tests = display.tests();
    const auto &record = display.records().front();
    const bool cut_short = record.verdict != Verdict::pass &&
                           std::all_of(tests.begin(), tests.end(),
                                       [](const auto &test) { return test.ok || test.skip; });
    if (cut_short)
        tests.push_back({"guest", "runs to the end", false, false, record.message});
    const int failed = print_ktap(tests);
    if (!record.checkers.empty())
        fmt::print("# checkers: {}\n", join(record.checkers, ", "));
    if (record.verdict != Verdict::pass)
        return complain({fmt::format("guest tests ended as {}: {} (logs: {})",
                                     to_string(record.verdict), record.message, record.log),
                         exit_failed});
    if (tests.empty())
        return complain({"no test was run: the filter matches none", exit_failed});
    return failed > 0 ? exit_failed : exit_ok;
}

} // namespace

void add_guest_test(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand("guest-test", "run the tests inside a VM; prints KTAP");
    auto options = std::make_shared<Options>();
    auto &storm = options->storm;
    storm.mem = "";
    command->add_option("--kernel", storm.kernel, "kernel flavour")->capture_default_str();
    command->add_option("--filter", options->filter, "parts of suite or case names; repeatable");
    command->add_option("--policy", options->policy, "base of the kernel: mainline, bare, stock")
        ->check(CLI::IsMember({"mainline", "bare", "stock"}))
        ->capture_default_str();
    command->add_option("--mem", storm.mem,
                        "guest memory (default: 256M, 512M for a kernel with checkers)");
    command->add_option("--cpus", storm.cpus, "guest CPUs")->capture_default_str();
    command->add_option("--nic", storm.nic, "NIC of the guest")->capture_default_str();
    command->add_option("--hang-after", options->hang_after_s,
                        "seconds without a test ending (default: 120, six times that for a kernel "
                        "with checkers)");
    command->add_option("--timeout", options->timeout_s,
                        "limit in seconds (default: 600, likewise)");
    add_accel(*command, options->accel);
    add_artefacts(*command, options->artefacts);
    command->add_option("--out", options->out, "directory for the logs");
    command->callback([&exit_code, options] { exit_code = run(*options); });
}

} // namespace netswap::cli
