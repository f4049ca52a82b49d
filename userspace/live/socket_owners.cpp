// SPDX-License-Identifier: GPL-2.0
#include "live/socket_owners.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "lib/text.h"

namespace netswap::live {

namespace {

namespace fs = std::filesystem;

std::vector<pid_t> processes(const Paths &paths) {
    std::vector<pid_t> pids;
    std::error_code error;
    for (fs::directory_iterator at(paths.proc(""), error), end; !error && at != end;
         at.increment(error))
        if (const auto pid = parse_number(at->path().filename().string()))
            pids.push_back(static_cast<pid_t>(*pid));
    std::sort(pids.begin(), pids.end());
    return pids;
}

/// "socket:[4711]", what the link of a socket's descriptor says.
std::optional<std::uint32_t> inode_of(std::string_view link) {
    constexpr std::string_view begin = "socket:[";
    if (!link.starts_with(begin) || !link.ends_with("]"))
        return std::nullopt;
    link.remove_prefix(begin.size());
    link.remove_suffix(1);
    const auto number = parse_number(link);
    if (!number)
        return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

} // namespace

std::map<std::uint32_t, SocketOwner> socket_owners(const Paths &paths,
                                                   const std::set<std::uint32_t> &inodes) {
    std::map<std::uint32_t, SocketOwner> owners;
    if (inodes.empty())
        return owners;
    for (const auto pid : processes(paths)) {
        const auto directory = paths.proc(std::to_string(pid));
        std::error_code error;
        for (fs::directory_iterator at(directory + "/fd", error), end; !error && at != end;
             at.increment(error)) {
            std::error_code gone;
            const auto inode = inode_of(fs::read_symlink(at->path(), gone).string());
            if (!inode || !inodes.contains(*inode) || owners.contains(*inode))
                continue;
            const auto program = read_file(directory + "/comm").value_or("");
            owners[*inode] = {pid, std::string(trim(program))};
        }
    }
    return owners;
}

} // namespace netswap::live
