// SPDX-License-Identifier: GPL-2.0
#include "lib/storm_options.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lib/fault_options.h"
#include "lib/hostile_options.h"
#include "lib/size.h"

namespace netswap {

namespace {

constexpr std::array<std::string_view, 4> nics{"virtio-net", "e1000", "rtl8139", "vmxnet3"};
constexpr std::array<std::string_view, 2> transports{"nbd", "disk"};
constexpr std::array<std::string_view, 2> setups{"nbd-client", "netswap"};

constexpr std::int64_t mib = 1 << 20;

template <std::size_t N>
Status one_of(std::string_view option, std::string_view value,
              const std::array<std::string_view, N> &known) {
    if (std::find(known.begin(), known.end(), value) != known.end())
        return {};
    return fail(fmt::format("unknown {} '{}': choose {}", option, value, fmt::join(known, ", ")),
                exit_bad_input);
}

template <typename T>
Status within(std::string_view option, T value, T low, T high) {
    if (value >= low && value <= high)
        return {};
    return fail(
        fmt::format("--{} {} is out of range: it goes from {} to {}", option, value, low, high),
        exit_bad_input);
}

Result<std::int64_t> size_in_mib(std::string_view option, std::string_view text) {
    const auto bytes = parse_size(text);
    if (!bytes)
        return with_context(bytes.error(), fmt::format("--{}", option));
    if (*bytes % mib != 0)
        return fail(fmt::format("--{} {}: must be whole MiB", option, text), exit_bad_input);
    return *bytes / mib;
}

Status check_numbers(const StormArguments &a) {
    Status checks[] = {
        one_of("NIC", a.nic, nics),
        one_of("transport", a.transport, transports),
        within("runs", a.runs, 1, 10000),
        within("cpus", a.cpus, 1, 64),
        within("conns", a.conns, 1, 16),
        within("passes", a.passes, 1, 1000),
        within("workers", a.workers, 0, 1024),
        within("jobs", a.jobs, 1, 64),
        within("churn", a.churn, 0, 100000),
        within("hang-after", a.hang_after_s.value_or(2), 2.0, 3600.0),
        within("timeout", a.timeout_s.value_or(10), 10.0, 86400.0),
        within("io-timeout", a.io_timeout_s.value_or(0), 0, 3600),
        one_of("set-up", setup_of(a), setups),
    };
    for (auto &check : checks)
        if (!check)
            return check;
    if (a.churn > 0 && setup_of(a) == "netswap")
        return fail("--churn needs --setup nbd-client: it takes the core module out, which "
                    "netswapd holds",
                    exit_bad_input);
    return {};
}

/// What QEMU can record: one CPU, and what comes by these cards. Faults need orders to the guest.
Status fill_record(const StormArguments &a, RunParams &params) {
    params.recorded = a.record;
    if (!a.record)
        return {};
    constexpr std::array<std::string_view, 2> recordable{"virtio-net", "e1000"};
    const auto refuse = [](const std::string &why) {
        return fail("--record needs " + why, exit_bad_input);
    };
    if (a.cpus != 1)
        return refuse("--cpus 1: QEMU records guests of one CPU only");
    if (a.transport != "nbd")
        return refuse(fmt::format("--transport nbd, not {}", a.transport));
    if (std::find(recordable.begin(), recordable.end(), a.nic) == recordable.end())
        return refuse(fmt::format("--nic virtio-net or e1000, not {}", a.nic));
    if (!params.faults.empty())
        return refuse("no --faults: a guest that is recorded takes no orders");
    return {};
}

Status fill_sizes(const StormArguments &a, RunParams &params) {
    const auto mem = size_in_mib("mem", a.mem);
    if (!mem)
        return tl::unexpected(mem.error());
    params.mem_mib = *mem;
    if (auto ok = within<std::int64_t>("mem (MiB)", *mem, 64, 1 << 20); !ok)
        return ok;

    const auto map = a.map.empty() ? Result<std::int64_t>(4 * *mem) : size_in_mib("map", a.map);
    if (!map)
        return tl::unexpected(map.error());
    params.map_mib = *map;
    if (auto ok = within<std::int64_t>("map (MiB)", *map, 16, 1 << 20); !ok)
        return ok;

    const auto least = least_swap_mib(*mem);
    const auto for_map = (*map * 118 / 100 + 15) / 16 * 16;
    const auto swap = a.swap.empty() ? Result<std::int64_t>(std::max(least, for_map))
                                     : size_in_mib("swap", a.swap);
    if (!swap)
        return tl::unexpected(swap.error());
    params.swap_mib = *swap;
    if (*swap * 100 < *mem * 472)
        return fail(fmt::format("--swap {} is too small for --mem {}: give at least {}M (4.72 x "
                                "RAM), or leave it out",
                                a.swap, a.mem, least),
                    exit_bad_input);
    if (*map > *swap)
        return fail(fmt::format("--map {}M does not fit into swap of {}M: the storm would end out "
                                "of memory",
                                *map, *swap),
                    exit_bad_input);

    if (!a.min_free.empty()) {
        const auto bytes = parse_size(a.min_free);
        if (!bytes)
            return with_context(bytes.error(), "--min-free");
        params.min_free_kb = *bytes / 1024;
        if (params.min_free_kb < 16 || *bytes > *mem * mib / 4)
            return fail(fmt::format("--min-free {} is out of range: it goes from 16K to a quarter "
                                    "of --mem",
                                    a.min_free),
                        exit_bad_input);
    }
    return {};
}

constexpr std::string_view debian_prefix = "debian-";

bool has_no_hooks(std::string_view kernel) {
    return kernel.ends_with("-stock") || kernel.starts_with(debian_prefix);
}

} // namespace

std::string setup_of(const StormArguments &a) {
    if (!a.setup.empty())
        return a.setup;
    return a.churn > 0 ? "nbd-client" : "netswap";
}

std::int64_t least_swap_mib(std::int64_t mem_mib) {
    const auto exact = (mem_mib * 472 + 99) / 100;
    return (exact + 15) / 16 * 16;
}

Result<std::map<std::string, std::string>>
parse_module_params(const std::vector<std::string> &texts) {
    std::map<std::string, std::string> params;
    for (const auto &text : texts) {
        const auto colon = text.find(':');
        const auto equals = text.find('=');
        if (colon == std::string::npos || equals == std::string::npos || equals < colon + 2)
            return fail(fmt::format("bad --module-param '{}': write module:name=value", text),
                        exit_bad_input);
        const auto module = module_long_name(text.substr(0, colon));
        if (!module)
            return fail(fmt::format("bad --module-param '{}': there is no module '{}'", text,
                                    text.substr(0, colon)),
                        exit_bad_input);
        auto &value = params[*module];
        if (!value.empty())
            value += ' ';
        value += text.substr(colon + 1);
    }
    return params;
}

Result<std::map<std::string, std::string>> parse_sysctls(const std::vector<std::string> &texts) {
    // Names as below /proc/sys, which is where the guest writes: no way out of there.
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    std::map<std::string, std::string> sysctls;
    for (const auto &text : texts) {
        const auto equals = text.find('=');
        const auto name = text.substr(0, equals);
        if (equals == std::string::npos || equals + 1 == text.size() || name.empty() ||
            name.front() == '.' || name.find("..") != std::string::npos ||
            name.find_first_not_of(allowed) != std::string::npos)
            return fail(
                fmt::format("bad --sysctl '{}': write name=value, as in vm.swappiness=10", text),
                exit_bad_input);
        if (name == "vm.min_free_kbytes")
            return fail(fmt::format("bad --sysctl '{}': use --min-free", text), exit_bad_input);
        sysctls[name] = text.substr(equals + 1);
    }
    return sysctls;
}

Result<StormPlan> plan_storm(const StormArguments &a) {
    StormPlan plan;
    auto arms = parse_arms(a.arms);
    if (!arms)
        return with_context(arms.error(), "--arms");
    plan.arms = std::move(*arms);
    if (auto ok = check_numbers(a); !ok)
        return tl::unexpected(ok.error());
    if (auto ok = fill_sizes(a, plan.params); !ok)
        return tl::unexpected(ok.error());
    plan.params.hang_after_s *= a.patience;
    plan.params.timeout_s *= a.patience;
    if (auto ok = fill_faults(a, plan.params); !ok)
        return tl::unexpected(ok.error());
    if (auto ok = fill_hostile(a, plan.params); !ok)
        return tl::unexpected(ok.error());
    if (auto ok = fill_record(a, plan.params); !ok)
        return tl::unexpected(ok.error());
    auto module_params = parse_module_params(a.module_params);
    if (!module_params)
        return tl::unexpected(module_params.error());
    auto sysctls = parse_sysctls(a.sysctls);
    if (!sysctls)
        return tl::unexpected(sysctls.error());
    if (a.kernel.empty() || a.kernel.find('/') != std::string::npos)
        return fail(fmt::format("unknown kernel '{}'", a.kernel), exit_bad_input);

    if (a.kernel.starts_with(debian_prefix))
        for (const auto &arm : plan.arms)
            if (arm.policy != Policy::stock)
                return fail(fmt::format("arm '{}' needs a hooked kernel, {} is Debian's own: use "
                                        "--arms stock,stock+guard",
                                        arm.name, a.kernel),
                            exit_bad_input);

    plan.runs = a.runs;
    plan.jobs = a.jobs;
    plan.seed = a.seed;
    plan.by_arm = a.by_arm;
    plan.params.cpus = a.cpus;
    plan.params.nic = a.nic;
    plan.params.transport = a.transport;
    plan.params.server = a.transport == "nbd" ? a.server : "";
    plan.params.conns = a.conns;
    plan.params.passes = a.passes;
    plan.params.workers = a.workers > 0 ? a.workers : 8 * a.cpus;
    plan.params.kernel = a.kernel;
    plan.params.churn_rounds = a.churn;
    plan.params.module_params = std::move(*module_params);
    plan.params.sysctls = std::move(*sysctls);
    plan.params.setup = a.transport == "nbd" ? setup_of(a) : "";
    plan.params.io_timeout_s = a.io_timeout_s.value_or(-1);
    return plan;
}

Status check_module_params(const StormPlan &plan) {
    for (const auto &[module, values] : plan.params.module_params)
        if (std::none_of(plan.arms.begin(), plan.arms.end(),
                         [&name = module](const Arm &arm) { return arm.has(name); }))
            return fail(
                fmt::format("--module-param {}:{}: no arm loads that module", module, values),
                exit_bad_input);
    return {};
}

std::string StormPlan::flavour_of(const Arm &arm) const {
    constexpr std::string_view suffix = "-stock";
    if (arm.policy != Policy::stock || has_no_hooks(params.kernel))
        return params.kernel;
    return params.kernel + std::string(suffix);
}

std::vector<RunPlan> StormPlan::schedule() const {
    std::vector<RunPlan> list;
    const auto add = [&](const Arm &arm, int run) {
        auto &item =
            list.emplace_back(RunPlan{arm, run, seed + static_cast<unsigned>(run), params});
        item.params.kernel = flavour_of(arm);
        // Parameters of modules that this arm does not load would make the guest refuse it.
        std::erase_if(item.params.module_params,
                      [&](const auto &entry) { return !arm.has(entry.first); });
        for (const auto &[module, values] : arm.params) {
            auto &all = item.params.module_params[module];
            all.append(all.empty() ? "" : " ").append(values);
        }
    };
    if (by_arm) {
        for (const auto &arm : arms)
            for (int run = 0; run < runs; run++)
                add(arm, run);
    } else {
        for (int run = 0; run < runs; run++)
            for (const auto &arm : arms)
                add(arm, run);
    }
    return list;
}

} // namespace netswap
