// SPDX-License-Identifier: GPL-2.0
#include "lib/arm.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "lib/text.h"

namespace netswap {

namespace {

struct Module {
    std::string_view short_name; ///< also the name of its question group
    std::string_view long_name;
    std::string_view group;
};

constexpr std::array<Module, 5> mechanisms{{
    {"gfp", "gfp_memalloc", "gfp"},
    {"slab", "pfmemalloc_slab", "slab"},
    {"sock", "sock_memalloc", "sock"},
    {"throttle", "reclaim_throttle", "throttle"},
    {"rx", "rx_reserve", "refill"},
}};

constexpr std::string_view core = "netswap";
/// For kernels without hooks. It answers no question, so it is none of the mechanisms.
constexpr Module guard{"guard", "netswap_guard", ""};
constexpr std::string_view grammar =
    "an arm is bare, mainline, netswap or stock, then +module or -module with "
    "gfp, slab, sock, throttle, rx or all; +module:name=value gives a parameter; "
    "stock takes +guard only";

bool is_called(const Module &module, std::string_view name) {
    return name == module.short_name || name == module.long_name;
}

Error bad_arm(std::string_view text, std::string_view why) {
    return Error{fmt::format("unknown arm '{}': {}; {}", text, why, grammar), exit_bad_input};
}

} // namespace

std::string_view to_string(Policy policy) {
    switch (policy) {
    case Policy::bare:
        return "bare";
    case Policy::mainline:
        return "mainline";
    case Policy::stock:
        return "stock";
    }
    return "?";
}

bool Arm::has(std::string_view module) const {
    return std::find(modules.begin(), modules.end(), module) != modules.end();
}

bool Arm::complete() const {
    return std::all_of(mechanisms.begin(), mechanisms.end(),
                       [this](const Module &module) { return has(module.long_name); });
}

bool Arm::bare_control() const {
    return policy == Policy::bare && modules.empty();
}

std::optional<std::string> module_long_name(std::string_view name) {
    if (name == core)
        return std::string(core);
    if (is_called(guard, name))
        return std::string(guard.long_name);
    for (const auto &module : mechanisms)
        if (is_called(module, name))
            return std::string(module.long_name);
    return std::nullopt;
}

std::vector<std::string> groups_of_module(std::string_view long_name) {
    for (const auto &module : mechanisms)
        if (long_name == module.long_name)
            return {std::string(module.group)};
    return {};
}

namespace {

/// "sock:splice=0" -> "sock", and notes the parameter; nothing if it is not of that form.
std::optional<std::string_view> take_parameter(Arm &arm, std::string_view term) {
    const auto colon = term.find(':');
    if (colon == std::string_view::npos)
        return term;
    const auto name = term.substr(0, colon), value = term.substr(colon + 1);
    const auto equals = value.find('=');
    const auto module = module_long_name(name);
    if (!module || equals == std::string_view::npos || equals == 0)
        return std::nullopt;
    auto &values = arm.params[*module];
    values.append(values.empty() ? "" : " ").append(value);
    return name;
}

} // namespace

Result<Arm> parse_arm(std::string_view text) {
    std::array<bool, mechanisms.size()> loaded{};
    Arm arm;
    arm.name = text;

    const auto base = text.substr(0, text.find_first_of("+-"));
    if (base == "bare") {
        arm.policy = Policy::bare;
    } else if (base == "mainline") {
        arm.policy = Policy::mainline;
    } else if (base == "netswap") {
        loaded.fill(true);
    } else if (base == "stock") {
        arm.policy = Policy::stock;
    } else {
        return tl::unexpected(bad_arm(text, fmt::format("there is no base '{}'", base)));
    }

    bool guarded = false;
    auto rest = text.substr(base.size());
    while (!rest.empty()) {
        const bool add = rest.front() == '+';
        rest.remove_prefix(1);
        auto term = rest.substr(0, rest.find_first_of("+-"));
        rest.remove_prefix(term.size());
        const auto name = take_parameter(arm, term);
        if (!name || (!add && *name != term))
            return tl::unexpected(
                bad_arm(text, fmt::format("'{}' is not module:name=value to add", term)));
        term = *name;
        const auto set = [&](bool &there, bool must_be_there) {
            if (!add && !there && must_be_there)
                return false;
            there = add;
            return true;
        };
        bool known = is_called(guard, term);
        bool fits = !known || set(guarded, true);
        for (std::size_t i = 0; i < mechanisms.size(); i++) {
            if (term != "all" && !is_called(mechanisms[i], term))
                continue;
            known = true;
            fits = set(loaded[i], term != "all") && fits;
        }
        if (!fits)
            return tl::unexpected(
                bad_arm(text, fmt::format("'{}' is taken away but was not there", term)));
        if (!known)
            return tl::unexpected(bad_arm(text, fmt::format("there is no module '{}'", term)));
    }

    for (std::size_t i = 0; i < mechanisms.size(); i++)
        if (loaded[i])
            arm.modules.emplace_back(mechanisms[i].long_name);
    if (!arm.modules.empty()) {
        if (arm.policy == Policy::stock)
            return tl::unexpected(
                bad_arm(text, "a stock kernel has no hooks, so it takes no module"));
        arm.modules.insert(arm.modules.begin(), std::string(core));
    }
    std::erase_if(arm.params, [&](const auto &entry) {
        return entry.first != guard.long_name && !arm.has(entry.first);
    });
    if (guarded) {
        if (arm.policy != Policy::stock)
            return tl::unexpected(
                bad_arm(text, "guard is for a stock kernel; a hooked one has rx"));
        arm.modules.emplace_back(guard.long_name);
    }
    return arm;
}

Result<std::vector<Arm>> parse_arms(std::string_view text) {
    std::vector<Arm> arms;
    for (const auto part : split(text, ',')) {
        auto arm = parse_arm(trim(part));
        if (!arm)
            return tl::unexpected(arm.error());
        for (const auto &other : arms)
            if (other.name == arm->name)
                return fail(fmt::format("arm '{}' is named twice", arm->name), exit_bad_input);
        arms.push_back(std::move(*arm));
    }
    if (arms.empty())
        return fail(fmt::format("no arm given: {}", grammar), exit_bad_input);
    return arms;
}

} // namespace netswap
