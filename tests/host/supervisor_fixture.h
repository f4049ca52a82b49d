// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fake_faults.h"
#include "fake_machine.h"
#include "lib/supervisor.h"

/// A supervisor with a guest made of a script, and lines such a guest says.
namespace netswap {

inline constexpr const char *hello = R"({"type":"hello","agent":1,"release":"6.12"})";
inline constexpr const char *pass =
    R"({"type":"verdict","verdict":"pass","message":"","elapsed_s":17.5})";

inline std::string state(const std::string &policy, int marked) {
    return fmt::format(
        R"({{"type":"state","release":"6.12","policy":"{0}","groups":{{"gfp":"{0}"}},)"
        R"("modules":[],"min_free_kbytes":1300,"thp":"never","nic_driver":"virtio_net",)"
        R"("marked_sockets":{1},"cpus":2,"mem_total_kb":111000,"swap_total_kb":600000}})",
        policy, marked);
}

inline std::string sample(double t, int touched, int free = 500) {
    return fmt::format(
        R"({{"type":"sample","t":{},"touched":{},"pswpin":1,"pswpout":2000,"throttle":3,)"
        R"("pfdrop":4,"free":{},"min":325,"low":406,"high":487}})",
        t, touched, free);
}

class SupervisorTest : public ::testing::Test {
  protected:
    FakeClock clock;
    FakeMachine machine{clock};
    std::vector<std::string> phases;

    FakeFaultSite site{clock};

    SupervisedRun run(const std::string &arm = "bare", const std::string &faults = "") {
        StormArguments arguments;
        arguments.arms = arm;
        arguments.faults = faults;
        arguments.setup = faults.empty() ? "nbd-client" : "netswap";
        SupervisorOptions options;
        options.plan = plan_storm(arguments)->schedule().front();
        options.config_line = "config\n";
        options.faults = &site;
        options.progress = [this](const RunProgress &p) { phases.push_back(p.phase); };
        auto result = Supervisor(machine, clock, options).run();
        EXPECT_TRUE(machine.stopped);
        return result;
    }
};

} // namespace netswap
