// SPDX-License-Identifier: GPL-2.0
#include "lib/checkers.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "lib/fault.h"
#include "lib/text.h"

namespace netswap {

namespace {

using namespace std::string_view_literals;

constexpr std::array options{
    std::pair{"CONFIG_KASAN=y"sv, "KASAN"sv},
    std::pair{"CONFIG_KCSAN=y"sv, "KCSAN"sv},
    std::pair{"CONFIG_PROVE_LOCKING=y"sv, "lockdep"sv},
    std::pair{"CONFIG_DEBUG_KMEMLEAK=y"sv, "kmemleak"sv},
    std::pair{"CONFIG_DEBUG_OBJECTS=y"sv, "debugobjects"sv},
};
constexpr auto failing = "CONFIG_FAULT_INJECTION_DEBUG_FS=y"sv;

constexpr std::int64_t least_any_mib = 64;
/// KASAN: an eighth for its shadow, and what was freed stays away for a while. Lockdep: tables of
/// a fixed size.
constexpr std::int64_t least_checked_mib = 192;

} // namespace

bool Checkers::has(std::string_view name) const {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::int64_t Checkers::least_mem_mib() const {
    return names.empty() ? least_any_mib : least_checked_mib;
}

Status check_memory(const Checkers &checkers, const std::string &flavour, std::int64_t mem_mib) {
    if (mem_mib >= checkers.least_mem_mib())
        return {};
    return fail(fmt::format("--mem {}M is too small for kernel {} with {}: give at least {}M, and "
                            "bound --map",
                            mem_mib, flavour, join(checkers.names, ", "), checkers.least_mem_mib()),
                exit_bad_input);
}

Status check_faults(const Checkers &checkers, const std::string &flavour,
                    const std::string &faults) {
    const auto orders = parse_faults(faults);
    if (!orders)
        return tl::unexpected(orders.error());
    for (const auto &order : *orders)
        if (fails_allocations(order.kind) && !checkers.fails_allocations)
            return fail(fmt::format("--faults {}: kernel {} cannot make allocations fail: give "
                                    "--kernel 6.12-debug, or another with FAULT_INJECTION",
                                    to_string(order.kind), flavour),
                        exit_bad_input);
    return {};
}

Checkers read_checkers(std::string_view config) {
    Checkers checkers;
    for (const auto line : split(config, '\n')) {
        for (const auto &[option, name] : options)
            if (trim(line) == option)
                checkers.names.emplace_back(name);
        checkers.fails_allocations = checkers.fails_allocations || trim(line) == failing;
    }
    return checkers;
}

Checkers checkers_of(const std::string &config_file) {
    const auto text = read_file(config_file);
    return text ? read_checkers(*text) : Checkers{};
}

} // namespace netswap
