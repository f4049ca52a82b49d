// SPDX-License-Identifier: GPL-2.0
#include "bench/arms.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/text.h"

namespace netswap::bench {

namespace {

constexpr std::string_view marked_suffix = "/marked";

Result<BenchArm> parse_bench_arm(std::string_view text) {
    BenchArm result;
    result.name = text;
    auto rest = text;
    if (rest.ends_with(marked_suffix)) {
        result.marked = true;
        rest.remove_suffix(marked_suffix.size());
    }
    if (rest == "marked") {
        result.marked = true;
        rest = "modules";
    }
    auto arm = parse_arm(rest == "modules" ? "netswap" : rest);
    if (!arm)
        return fail(arm.error().message + "; modules, marked, and /marked behind any of them too",
                    arm.error().code);
    if (!arm->params.empty() || arm->has("netswap_guard"))
        return fail(
            fmt::format("arm '{}': a bench takes neither parameters of modules nor +guard", text),
            exit_bad_input);
    result.arm = std::move(*arm);
    return result;
}

} // namespace

Result<std::vector<BenchArm>> parse_bench_arms(std::string_view text) {
    std::vector<BenchArm> arms;
    for (const auto part : split(text, ',')) {
        auto arm = parse_bench_arm(trim(part));
        if (!arm)
            return tl::unexpected(arm.error());
        if (std::any_of(arms.begin(), arms.end(),
                        [&](const BenchArm &other) { return other.name == arm->name; }))
            return fail(fmt::format("--arms names '{}' twice", arm->name), exit_bad_input);
        arms.push_back(std::move(*arm));
    }
    if (arms.empty())
        return fail("--arms names no arm", exit_bad_input);
    return arms;
}

std::string flavour_of(const BenchArm &arm, const std::string &kernel) {
    return arm.arm.policy == Policy::stock ? kernel + "-stock" : kernel;
}

std::size_t baseline_of(const std::vector<BenchArm> &arms) {
    const auto stock = std::find_if(arms.begin(), arms.end(), [](const BenchArm &arm) {
        return arm.arm.policy == Policy::stock && !arm.marked;
    });
    return stock == arms.end() ? 0 : static_cast<std::size_t>(stock - arms.begin());
}

} // namespace netswap::bench
