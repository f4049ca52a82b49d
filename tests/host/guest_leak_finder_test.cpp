// SPDX-License-Identifier: GPL-2.0
#include "guest/leak_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace netswap::guest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A kernel that finds what it is told to, at the second look or at the first one only.
class FakeLeakSite final : public LeakSite {
  public:
    bool is_there = true;
    std::string refuse; ///< an order, or "report"
    std::string first, second;
    std::vector<std::string> done;

    bool there() const override { return is_there; }
    Result<void> order(const std::string &word) override {
        if (word == refuse)
            return fail(word + ": refused");
        done.push_back(word);
        scans_ += word == "scan" ? 1 : 0;
        return {};
    }
    Result<std::string> report() override {
        if (refuse == "report")
            return fail("report: refused");
        done.emplace_back("report");
        return scans_ == 1 ? first : second;
    }
    void wait(std::chrono::seconds time) override {
        done.push_back("wait " + std::to_string(time.count()));
    }

  private:
    int scans_ = 0;
};

constexpr const char *leak = "unreferenced object 0xffff8880 (size 8):\n  backtrace:\n"
                             "    kmalloc+0x1/0x2\n";

class LeakFinderTest : public ::testing::Test {
  protected:
    FakeLeakSite site;
    LeakFinder leaks{site};

    std::string complaint() {
        const auto checked = leaks.check();
        return checked ? "" : checked.error().message;
    }
};

TEST_F(LeakFinderTest, WaitsUntilMemoryIsOldAndLooksTwice) {
    leaks.forget();
    EXPECT_EQ(complaint(), "");
    EXPECT_THAT(site.done, ElementsAre("clear", "wait 6", "scan", "scan", "report"));
}

TEST_F(LeakFinderTest, ALeakIsAFailureInWords) {
    site.second = leak;
    EXPECT_EQ(complaint(), "kernel memory: 1 leak: 0xffff8880 (size 8), by kmalloc");
}

TEST_F(LeakFinderTest, WhatOnlyTheFirstLookFoundWasOnItsWay) {
    site.first = leak;
    EXPECT_EQ(complaint(), "");
}

TEST_F(LeakFinderTest, AKernelThatDoesNotLookIsLeftAlone) {
    site.is_there = false;
    leaks.forget();
    EXPECT_FALSE(leaks.there());
    EXPECT_EQ(complaint(), "");
    EXPECT_THAT(site.done, IsEmpty());
}

TEST_F(LeakFinderTest, NotHavingLookedIsNotHavingFoundNothing) {
    site.refuse = "scan";
    EXPECT_EQ(complaint(), "looking for leaks: scan: refused");
    site.refuse = "report";
    EXPECT_EQ(complaint(), "looking for leaks: report: refused");
    site.refuse = "clear";
    leaks.forget(); // is no error: older leaks count then
}

} // namespace
} // namespace netswap::guest
