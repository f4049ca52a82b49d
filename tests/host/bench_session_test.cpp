// SPDX-License-Identifier: GPL-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "bench/operations.h"
#include "bench/session.h"
#include "fake_machine.h"

namespace netswap::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char *hello = R"({"type":"hello","agent":1,"release":"6.12.1"})";
constexpr const char *pass = R"({"type":"verdict","verdict":"pass","message":"","elapsed_s":1})";

std::string count_line(std::string_view name, int min, int median) {
    return fmt::format(
        R"({{"type":"count","name":"{}","batch":4,"samples":9,"min":{},"median":{}}})", name, min,
        median);
}

class BenchSession : public testing::Test {
  protected:
    BenchSession() : machine_(clock_) {}

    void count_all() {
        for (const auto &operation : operations())
            machine_.line(count_line(operation.name, 100, 102));
    }

    Result<ArmCounts> follow(double limit_s = 60) {
        return follow_bench(machine_, clock_, {{"netswap", "rx_reserve"}, true, 9}, limit_s,
                            [&](const std::string &phase) { phases_.push_back(phase); });
    }

    std::string error(double limit_s = 60) {
        const auto counts = follow(limit_s);
        return counts ? "no error" : counts.error().message;
    }

    FakeClock clock_;
    FakeMachine machine_;
    std::vector<std::string> phases_;
};

TEST_F(BenchSession, GathersEachCount) {
    machine_.line(hello).line(R"({"type":"phase","phase":"kernel","t":1})");
    count_all();
    machine_.line(pass);
    const auto counts = follow();
    ASSERT_TRUE(counts.has_value()) << counts.error().message;
    EXPECT_EQ(counts->release, "6.12.1");
    EXPECT_EQ(counts->counts.size(), operations().size());
    EXPECT_EQ(*counts->find("page"), (Count{"page", 4, 9, 100, 102}));
    EXPECT_DOUBLE_EQ(counts->find("page")->per_operation(), 25.5);
    EXPECT_GT(counts->elapsed_s, 0);
    EXPECT_THAT(phases_, ElementsAre("kernel"));
}

TEST_F(BenchSession, TellsTheGuestWhatToMeasure) {
    machine_.line(hello);
    (void)follow(2);
    const auto orders = nlohmann::json::parse(machine_.sent);
    EXPECT_EQ(orders["mode"], "bench");
    EXPECT_EQ(orders["modules"], (std::vector<std::string>{"netswap", "rx_reserve"}));
    EXPECT_EQ(orders["marked"], true);
    EXPECT_EQ(orders["samples"], 9);
    EXPECT_EQ(machine_.sent.back(), '\n');
}

TEST_F(BenchSession, AMissingOperationIsNamed) {
    machine_.line(hello).line(count_line("page", 1, 1)).line(pass);
    EXPECT_THAT(error(), HasSubstr("did not measure 'kmem-cache'"));
}

TEST_F(BenchSession, AGuestThatDiesIsOneLine) {
    machine_.line(hello)
        .line(R"({"type":"phase","phase":"kernel","t":1})")
        .console("[    1.0] Kernel panic - not syncing: Fatal exception\n")
        .event(MachineEvent::Kind::machine_end, "exit code 0");
    const auto text = error();
    EXPECT_THAT(text, HasSubstr("the VM ended with exit code 0 in phase 'kernel'"));
    EXPECT_THAT(text, HasSubstr("Kernel panic"));
    EXPECT_THAT(text, Not(HasSubstr("\n")));
}

TEST_F(BenchSession, AGuestThatFallsSilentHasItsTime) {
    machine_.line(hello).line(R"({"type":"phase","phase":"user","t":1})");
    const double begin = clock_.now();
    EXPECT_THAT(error(30), HasSubstr("not done after 30 s, in phase 'user'"));
    EXPECT_NEAR(clock_.now() - begin, 30, 2);
}

TEST_F(BenchSession, WhatTheGuestComplainsOfIsPassedOn) {
    machine_.line(hello).line(
        R"({"type":"verdict","verdict":"error","message":"loading rx_reserve: no","elapsed_s":0})");
    EXPECT_EQ(error(), "the guest: loading rx_reserve: no");
}

TEST_F(BenchSession, AWarningOfTheKernelSpoilsTheCounts) {
    machine_.line(hello).console("[    2.0] WARNING: CPU: 0 PID: 1 at mm/page_alloc.c:1 f+0x1\n");
    count_all();
    machine_.line(pass);
    EXPECT_THAT(error(), HasSubstr("kernel complained"));
}

TEST_F(BenchSession, GarbageIsAnError) {
    machine_.line("garbage");
    EXPECT_THAT(error(), HasSubstr("no message: garbage"));
}

TEST_F(BenchSession, ACountOfNothingIsAnError) {
    machine_.line(hello).line(
        R"({"type":"count","name":"page","batch":0,"samples":9,"min":1,"median":1})");
    EXPECT_THAT(error(), HasSubstr("no message"));
}

} // namespace
} // namespace netswap::bench
