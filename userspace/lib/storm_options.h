// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/arm.h"
#include "lib/record.h"
#include "lib/result.h"

namespace netswap {

/// What the user typed after `netswap storm`; texts are not checked yet.
struct StormArguments {
    std::string kernel = "6.12";
    std::string arms = "bare,mainline,netswap";
    int runs = 1;
    std::string mem = "128M";
    int cpus = 2;
    std::string nic = "virtio-net";
    std::string transport = "nbd";
    std::string server = "nbdkit";
    int conns = 1;
    std::string min_free; ///< "": leave what the guest kernel chose
    int passes = 1;
    std::string swap; ///< "": 4.72 x RAM
    std::string map;  ///< "": 4 x RAM
    int workers = 0;  ///< 0: 8 x CPUs
    std::uint64_t seed = 1;
    int jobs = 1;
    std::optional<double> hang_after_s; ///< absent: 20, with faults 90
    std::optional<double> timeout_s;    ///< absent: 600, with faults 60 more for each
    int churn = 0;
    std::vector<std::string> module_params; ///< "sock_memalloc:splice=0"
    std::vector<std::string> sysctls;       ///< "vm.swappiness=10"
    bool by_arm = false;                    ///< all runs of an arm, then the next arm
    /// "netswap" or "nbd-client"; empty: netswap, but nbd-client with churn.
    std::string setup;
    std::optional<int> io_timeout_s;
    std::string faults;  ///< "server-kill=5,link-drop=2"
    std::string hostile; ///< "udp-flood,jumbo"
    bool record = false; ///< so that `netswap replay` can make the run again
    int patience = 1;    ///< of the kernel (Checkers): times the limits that nobody asked for
};

/// One run to be made.
struct RunPlan {
    Arm arm;
    int run = 0;
    std::uint64_t seed = 0;
    RunParams params; ///< accel is filled in once it has been probed
};

/// A checked campaign: nothing in it can fail for reasons the user could have been told.
struct StormPlan {
    std::vector<Arm> arms;
    int runs = 1;
    int jobs = 1;
    std::uint64_t seed = 1;
    bool by_arm = false;
    RunParams params; ///< of every run, but for the kernel flavour of stock arms

    /// The flavour an arm boots: the kernel's, or its -stock twin.
    [[nodiscard]] std::string flavour_of(const Arm &arm) const;
    /// Every run in the order of starting. Runs of one index share a seed over all arms.
    [[nodiscard]] std::vector<RunPlan> schedule() const;
};

/// Bad input: a parameter of a module that none of the arms loads.
Status check_module_params(const StormPlan &plan);

/// Checks everything that can be checked without looking at the host.
Result<StormPlan> plan_storm(const StormArguments &arguments);

/// Who sets the swap area up: what was asked for, or else as fits the rest.
std::string setup_of(const StormArguments &arguments);

/// Least swap for `mem_mib` of RAM: 4.72 times as much, rounded up to 16 MiB.
std::int64_t least_swap_mib(std::int64_t mem_mib);

/// "sock:splice=0" -> {"sock_memalloc", "splice=0"}.
Result<std::map<std::string, std::string>>
parse_module_params(const std::vector<std::string> &texts);

/// "vm.swappiness=10" each. The last one of a name counts.
Result<std::map<std::string, std::string>> parse_sysctls(const std::vector<std::string> &texts);

} // namespace netswap
