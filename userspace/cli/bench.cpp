// SPDX-License-Identifier: GPL-2.0
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bench/record.h"
#include "bench/table.h"
#include "bench/vm.h"
#include "cli/commands.h"
#include "cli/lab.h"
#include "cli/lab_flags.h"
#include "cli/live_commands.h"
#include "lib/size.h"
#include "lib/text.h"

namespace netswap::cli {

namespace {

struct BenchFlags {
    std::string arms = bench::default_arms;
    std::string kernel = "6.12";
    std::string mem = "256M";
    int samples = 200;
    double timeout_s = 300;
    std::string json;
    std::string out;
    std::string artefacts;
};

constexpr std::int64_t least_mem_mib = 128;

/// All tasks, checked before the first VM boots.
Result<std::vector<bench::VmTask>> make_tasks(const BenchFlags &flags, bench::BenchRecord &record) {
    const auto arms = bench::parse_bench_arms(flags.arms);
    if (!arms)
        return tl::unexpected(arms.error());
    const auto mem = parse_size(flags.mem);
    if (!mem)
        return with_context(mem.error(), "--mem");
    if (*mem >> 20 < least_mem_mib)
        return fail(fmt::format("--mem {} is too little: at least {}M", flags.mem, least_mem_mib),
                    exit_bad_input);
    if (auto ok = check_writable(flags.json); !ok)
        return tl::unexpected(ok.error());
    const auto out = make_directory(
        flags.out.empty() ? fmt::format("{}/runs/bench-{}", cache_directory(), ::getpid())
                          : flags.out,
        "--out");
    if (!out)
        return tl::unexpected(out.error());

    std::vector<bench::VmTask> tasks;
    for (const auto &arm : *arms) {
        const auto flavour = bench::flavour_of(arm, flags.kernel);
        auto artefacts = find_artefacts(artefacts_directory(flags.artefacts), flavour, bench_image);
        if (!artefacts)
            return tl::unexpected(artefacts.error());
        const auto logs =
            make_directory(fmt::format("{}/{}-{}", *out, tasks.size(),
                                       arm.marked ? "marked" : to_string(arm.arm.policy)),
                           "--out");
        if (!logs)
            return tl::unexpected(logs.error());
        tasks.push_back({std::move(*artefacts), arm.arm.policy == Policy::bare,
                         bench::orders_for(arm, flags.samples), *mem >> 20, flags.timeout_s,
                         *logs});
        record.arms.push_back({arm, flavour, {}});
    }
    record.baseline = bench::baseline_of(*arms);
    record.samples = flags.samples;
    record.started = utc_now("%Y-%m-%dT%H:%M:%SZ");

    const RealHost host;
    HostNeeds needs;
    needs.network = false;
    needs.log_directory = *out;
    needs.memory_mib = (*mem >> 20) + 100;
    if (auto ok = check_host(host, needs); !ok)
        return tl::unexpected(ok.error());
    record.qemu = host.qemu_version().value_or("");
    return tasks;
}

int run(const BenchFlags &flags) {
    bench::BenchRecord record;
    const auto tasks = make_tasks(flags, record);
    if (!tasks)
        return complain(tasks.error());
    for (std::size_t i = 0; i < tasks->size(); i++) {
        auto &[arm, kernel, result] = record.arms[i];
        auto counts = bench::run_vm((*tasks)[i], [](const std::string &) {});
        if (!counts)
            return complain(with_context(counts.error(), "arm " + arm.name).value());
        result = std::move(*counts);
        fmt::print(stderr, "[{}/{}] {}: {} operations in {:.0f} s\n", i + 1, tasks->size(),
                   arm.name, result.counts.size(), result.elapsed_s);
    }
    if (!flags.json.empty())
        if (auto ok = write_output(flags.json, bench::bench_json(record).dump(1) + "\n"); !ok)
            return complain(ok.error());
    fmt::print("{}", bench::render_bench_table(record, ::isatty(STDOUT_FILENO) != 0));
    return exit_ok;
}

} // namespace

void add_bench(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "bench", "count what hooks and modules cost ordinary work, in instructions");
    auto flags = std::make_shared<BenchFlags>();
    auto &o = *flags;
    command
        ->add_option("--arms", o.arms,
                     "arms with commas, a VM each: stock (the kernel without hooks, with which the "
                     "others are compared), mainline, bare, modules (all of them), marked (the "
                     "same with a marked socket), any arm of a storm; /marked behind one adds a "
                     "marked socket")
        ->capture_default_str();
    command->add_option("--kernel", o.kernel, "kernel flavour; the arm stock boots NAME-stock")
        ->capture_default_str();
    command->add_option("--samples", o.samples, "samples of each operation")
        ->check(CLI::Range(5, 100000))
        ->capture_default_str();
    command->add_option("--mem", o.mem, "guest memory")->capture_default_str();
    command->add_option("--timeout", o.timeout_s, "limit of each VM in seconds")
        ->check(CLI::Range(1.0, 86400.0))
        ->capture_default_str();
    command->add_option("--json", o.json, "write the counts to this file");
    add_artefacts(*command, o.artefacts);
    command->add_option("--out", o.out, "directory for the logs");
    command->callback([&exit_code, flags] { exit_code = run(*flags); });
}

} // namespace netswap::cli
