// SPDX-License-Identifier: GPL-2.0
// What is up: RUN/NAME.json, written by `netswap up` once everything is, removed by `netswap down`.
// Before that the same goes into RUN/NAME.part, each time `up` has changed the machine: it says
// which export is taken, and what to clean up if `up` does not get to its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/result.h"
#include "live/paths.h"

namespace netswap::live {

/// One address of the server, resolved when the area came up: nobody asks a name server later.
struct ServerAddress {
    int family = 0;      ///< AF_INET, AF_INET6 or AF_UNIX
    std::string address; ///< numeric, or the path of the UNIX socket
    int port = 0;        ///< 0 for a UNIX socket
    friend bool operator==(const ServerAddress &, const ServerAddress &) = default;
};

/// RUN/NAME.json or RUN/NAME.part, version 1.
struct AreaState {
    bool part = false; ///< not up yet, from NAME.part: what comes later may be missing
    std::string name;
    std::string uri;
    std::string device;  ///< "/dev/nbd0"
    int index = -1;      ///< of the nbd device
    std::string backend; ///< identifier of the device, "netswap:NAME"
    std::string export_name;
    std::vector<ServerAddress> addresses;
    int conns = 1;
    std::uint64_t device_bytes = 0;
    std::uint64_t swap_bytes = 0; ///< with the header page
    std::string uuid;             ///< in the swap header; empty until `up` writes it
    int prio = 0;                 ///< as /proc/swaps says
    std::uint64_t timeout_s = 0;
    std::uint64_t dead_conn_timeout_s = 0;
    std::uint64_t server_flags = 0; ///< transmission flags of the export
    bool persist = true;
    std::string via;           ///< "netlink" or "nbd-client"
    std::int64_t up_since = 0; ///< seconds since 1970
    /// vm.min_free_kbytes before and after, -1 if it was left alone.
    std::int64_t min_free_before_kb = -1;
    std::int64_t min_free_set_kb = -1;
    /// The reservation tree of a hooked kernel keeps the pages instead.
    bool reserve_tree = false;
    /// Modules that `up` loaded and `down` takes out again when no area is left.
    std::vector<std::string> modules_loaded;
};

/// False for an area that nbd-client connected: the kernel takes no new connection for it, so
/// there is nothing that a daemon could do.
bool can_be_kept(const AreaState &state);

/// The state of one area. Nothing of that name is bad input; a damaged file is an error that names
/// it.
Result<AreaState> read_area_state(const Paths &paths, const std::string &name);

/// Names of all areas that are up, sorted.
std::vector<std::string> area_names(const Paths &paths);
/// The same, and those that `up` works on, or did when it was interrupted.
std::vector<std::string> known_areas(const Paths &paths);

/// The state of one area, or what an area that is not up yet has done so far; nothing if there is
/// neither.
Result<std::optional<AreaState>> find_area_state(const Paths &paths, const std::string &name);

/// All that are up or have a NAME.part. One that cannot be read is an error.
Result<std::vector<AreaState>> all_areas(const Paths &paths);

/// Makes RUN (mode 0755) if need be and replaces the file in one step. There is no NAME.part then.
Status write_area_state(const Paths &paths, const AreaState &state);
/// The same, of an area that is not up yet.
Status write_area_part(const Paths &paths, const AreaState &state);

/// Missing files are no error.
void remove_area_state(const Paths &paths, const std::string &name);

/// Used by the functions above; for tests and for `status --json`.
std::string area_state_json(const AreaState &state);
Result<AreaState> parse_area_state(std::string_view text, std::string_view where);

} // namespace netswap::live
