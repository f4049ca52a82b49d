// SPDX-License-Identifier: GPL-2.0
#include "lib/boot_console.h"

#include <fmt/format.h>

#include "lib/console_scan.h"
#include "lib/text.h"

namespace netswap {

namespace {

constexpr auto nowhere = std::string_view::npos;

/// The line of `console` in which position `at` is.
std::string line_at(std::string_view console, std::size_t at) {
    const auto begin = console.rfind('\n', at) + 1;
    return std::string(trim(console.substr(begin, console.find('\n', at) - begin)));
}

BootCheck never(std::string name, std::string_view console,
                const std::vector<std::string_view> &texts) {
    for (const auto text : texts)
        if (const auto at = console.find(text); at != nowhere)
            return {std::move(name), false, line_at(console, at)};
    return {std::move(name), true, ""};
}

BootCheck in_order(std::string name, std::string_view console, const std::string &first,
                   const std::string &second) {
    const auto one = console.rfind(first), two = console.rfind(second);
    if (one == nowhere || two == nowhere)
        return {std::move(name), false,
                fmt::format("the console has no \"{}\"", one == nowhere ? first : second)};
    if (one > two)
        return {std::move(name), false, fmt::format("\"{}\" came before \"{}\"", second, first)};
    return {std::move(name), true, ""};
}

} // namespace

std::vector<BootCheck> check_power_off(std::string_view console, std::string_view area,
                                       std::string_view network) {
    const auto unit = fmt::format("netswap@{}.service", area);
    const auto keeper = fmt::format("netswapd@{}.service", area);
    std::vector<BootCheck> checks;
    checks.push_back(never("no ordering cycle", console, {"Found ordering cycle"}));
    checks.push_back(in_order("the area is down before the network", console, "Stopped " + unit,
                              fmt::format("Stopping {}", network)));
    checks.push_back(in_order("the keeper stays until the swap is off", console,
                              "nbd0.swap: Deactivated successfully",
                              keeper + ": Deactivated successfully"));
    checks.push_back(in_order("the keeper stops before the end", console, "Stopped " + keeper,
                              "Reached target shutdown.target"));

    const auto off = console.rfind("Stopping " + unit);
    const auto end = off == nowhere ? console : console.substr(off);
    checks.push_back(
        never("neither area nor keeper is killed or fails", end,
              {unit + ": Killing", unit + ": Failed", unit + ": State 'stop", keeper + ": Killing",
               keeper + ": Failed", keeper + ": Main process exited, code=killed",
               keeper + ": State 'stop"}));
    checks.push_back(never("no swap is left for the last moment", end,
                           {"Deactivating swap /", "Could not deactivate swap",
                            "Not all swaps deactivated", "Unable to finalize remaining swap"}));
    // Reads fail when udev looks at a device that was just disconnected; not swap's.
    checks.push_back(never(
        "no I/O error of swap", console,
        {"Read-error on swap", "Write-error on swap", "op 0x1:(WRITE)", "Possible stuck request"}));
    const auto findings = scan_console(console);
    const auto fault = findings.fatal + findings.warning + findings.oom_kill;
    checks.push_back({"the kernel does not complain", fault.empty(), fault});
    checks.push_back({"the kernel switches the machine off",
                      console.find("reboot: Power down") != nowhere,
                      "the console has no \"reboot: Power down\""});
    return checks;
}

} // namespace netswap
