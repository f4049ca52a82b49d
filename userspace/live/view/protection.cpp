// SPDX-License-Identifier: GPL-2.0
#include "live/view/protection.h"

#include <array>
#include <filesystem>
#include <utility>

#include "lib/text.h"

namespace netswap::live {

namespace {

constexpr std::array<std::pair<const char *, const char *>, 5> groups = {
    {{"gfp", "who may take pages of the reserve"},
     {"slab", "who may take objects made of reserve pages"},
     {"sock", "which sockets and packets use the reserve"},
     {"throttle", "when reclaimers wait"},
     {"refill", "what fills the receive rings"}}};

/// The hooks say "module:gfp_memalloc", "mainline" or "bare".
std::string plain_name(std::string_view answerer) {
    constexpr std::string_view module = "module:";
    if (answerer.starts_with(module))
        answerer.remove_prefix(module.size());
    return std::string(answerer);
}

bool exists(const std::string &path) {
    std::error_code none;
    return std::filesystem::exists(path, none);
}

void read_guard(const Paths &paths, CounterList &counters) {
    for (const std::string name : {"refills_poll", "refills_work", "unknown"})
        if (const auto text = read_file(paths.sys("module/netswap_guard/parameters/" + name)))
            if (const auto value = parse_number(trim(*text)); value && *value >= 0)
                counters.emplace_back("netswap_guard." + name, static_cast<std::uint64_t>(*value));
}

} // namespace

ProtectionView read_protection(const Paths &paths) {
    ProtectionView view;
    view.hooked = exists(paths.sys("kernel/memreserve"));
    const bool guard = exists(paths.sys("module/netswap_guard"));
    if (guard)
        read_guard(paths, view.guard);

    for (const auto &[name, about] : groups) {
        std::string answerer = "mainline";
        if (view.hooked) {
            const auto text = read_file(paths.sys("kernel/memreserve/" + std::string(name)));
            answerer = text ? plain_name(trim(*text)) : "unknown";
        } else if (guard && std::string_view(name) == "refill") {
            answerer = "netswap_guard";
        }
        view.protections.push_back({name, about, answerer});
    }
    // On a hooked kernel sock_memalloc takes the marks of `netswap mark` as well.
    std::string marker = "nobody";
    for (const std::string module : {"netswap_mark", "sock_memalloc"})
        if (exists(paths.sys("module/" + module)))
            marker = module;
    view.protections.push_back({"user_marks", "marks that programs ask for", marker});
    return view;
}

} // namespace netswap::live
