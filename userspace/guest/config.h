// SPDX-License-Identifier: GPL-2.0
// What the host asks of this guest: one JSON object, read once after hello.
#pragma once

#include "guest/base.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace netswap::guest {

enum class Mode { storm, tests, bench };
enum class Transport { nbd, disk };
enum class Setup { nbd_client, netswap }; ///< who sets the swap area up

struct Config {
    Mode mode = Mode::storm;
    std::string policy;
    std::vector<std::string> modules; ///< load order, the core first
    std::map<std::string, std::string> module_params;
    std::map<std::string, std::string> sysctls;
    std::string nic;
    Transport transport = Transport::nbd;
    std::string server = "10.77.0.1";
    int port = 10809;
    std::string export_name;
    int conns = 1;
    std::uint64_t swap_mib = 608;
    std::uint64_t map_mib = 512;
    int workers = 16;
    int passes = 1;
    long min_free_kb = -1; ///< -1: leave what the kernel computed
    std::uint64_t seed = 1;
    int sample_ms = 250;
    int patience = 1; ///< times our own limits: this kernel has checkers, and takes longer
    int churn_rounds = 0;
    Setup setup = Setup::nbd_client;
    int io_timeout_s = -1; ///< of a request; -1: as the set-up chooses it
    /// Above 0 the storm goes on until the host sends "end", but no longer than this.
    int end_limit_s = 0;
    bool daemon_faults = false;       ///< the host is going to send "daemon-kill MILLISECONDS"
    bool failing_allocations = false; ///< likewise "fail receive", "fail transmit", "fail nothing"
    std::vector<std::string> hostile; ///< names of --hostile
    int samples = 200;                ///< of each operation of a bench
    bool marked = false;              ///< a bench with a marked socket that is idle
    std::vector<std::string> tests;   ///< substrings of suite or case names; empty: all
};

/// Missing keys keep their defaults, unknown keys are ignored (a newer host), a key of
/// the wrong type or an impossible value is an error that names it.
Result<Config> parse_config(std::string_view text);

} // namespace netswap::guest
