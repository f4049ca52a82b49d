// SPDX-License-Identifier: GPL-2.0
#include "guest/failing_allocations.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_directory.h"

namespace netswap::guest {
namespace {

using ::testing::HasSubstr;

constexpr const char *symbols = "ffffffff81000000 T _stext\n"
                                "ffffffff81000100 t nbd_queue_rq\n"
                                "ffffffff81000100 t nbd_queue_rq_alias\n"
                                "ffffffff81000300 t nbd_other\n"
                                "ffffffff82000000 t net_rx_action_old\n"
                                "ffffffff82000040 T net_rx_action\n"
                                "ffffffff82000400 D data\n";

TEST(FindFunction, EndsWhereTheNextSymbolBegins) {
    EXPECT_EQ(find_function(symbols, "net_rx_action"),
              (TextRange{0xffffffff82000040, 0xffffffff82000400}));
    EXPECT_EQ(find_function(symbols, "nbd_queue_rq"),
              (TextRange{0xffffffff81000100, 0xffffffff81000300}));
    EXPECT_EQ(find_function(symbols, "net_rx"), std::nullopt);
    EXPECT_EQ(find_function(symbols, "data"), std::nullopt);
    EXPECT_EQ(find_function("", "data"), std::nullopt);
    EXPECT_EQ(find_function("no address\n\nffff", "data"), std::nullopt);
}

/// Files in place of debugfs, which keep what is written to them.
class FailingAllocationsTest : public ::testing::Test {
  protected:
    TemporaryDirectory root;

    void SetUp() override {
        write("kallsyms", symbols);
        for (const std::string facility : {"failslab", "fail_page_alloc"}) {
            std::filesystem::create_directory(root.path() + "/" + facility);
            for (const auto *name :
                 {"probability", "interval", "space", "verbose", "task-filter", "stacktrace-depth",
                  "times", "ignore-gfp-wait", "require-start", "require-end", "min-order"})
                write(facility + "/" + name, "");
        }
    }

    void write(const std::string &name, const std::string &text) const {
        std::ofstream(root.path() + "/" + name) << text;
    }
    std::string read(const std::string &name) const {
        std::ifstream file(root.path() + "/" + name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    Result<FailingAllocations> open() const {
        return FailingAllocations::open(root.path(), root.path() + "/kallsyms");
    }
};

TEST_F(FailingAllocationsTest, NothingFailsBeforeItIsAskedFor) {
    ASSERT_TRUE(open());
    EXPECT_EQ(read("failslab/probability"), "0");
    EXPECT_EQ(read("fail_page_alloc/min-order"), "0");
    EXPECT_EQ(read("failslab/stacktrace-depth"), "32");
}

TEST_F(FailingAllocationsTest, FailsBelowTheFunctionOfThePathAndCounts) {
    auto failing = open();
    ASSERT_TRUE(failing) << failing.error().message;
    failing->begin(FailingAllocations::Path::receive);
    for (const std::string facility : {"failslab", "fail_page_alloc"}) {
        EXPECT_EQ(read(facility + "/require-start"), std::to_string(0xffffffff82000040));
        EXPECT_EQ(read(facility + "/require-end"), std::to_string(0xffffffff82000400));
        EXPECT_EQ(read(facility + "/ignore-gfp-wait"), "1");
        EXPECT_EQ(read(facility + "/probability"), "20");
        EXPECT_EQ(read(facility + "/times"), "1000000");
    }
    write("failslab/times", "999990"); // as the kernel counts
    write("fail_page_alloc/times", "999999");
    const auto failed = failing->end();
    ASSERT_TRUE(failed) << failed.error().message;
    EXPECT_EQ(*failed, 11u);
    EXPECT_EQ(read("failslab/probability"), "200"); // 20, and then 0: here both stay
}

TEST_F(FailingAllocationsTest, TransmitMayWaitAndFailsAllTheSame) {
    auto failing = open();
    ASSERT_TRUE(failing);
    failing->begin(FailingAllocations::Path::transmit);
    EXPECT_EQ(read("failslab/require-start"), std::to_string(0xffffffff81000100));
    EXPECT_EQ(read("fail_page_alloc/ignore-gfp-wait"), "0");
}

TEST_F(FailingAllocationsTest, AKernelWithoutThemIsNamed) {
    std::filesystem::remove_all(root.path() + "/failslab");
    const auto failing = open();
    ASSERT_FALSE(failing);
    EXPECT_THAT(failing.error().message, HasSubstr("this kernel cannot make allocations fail"));
}

TEST_F(FailingAllocationsTest, HiddenAddressesAreNoAddresses) {
    write("kallsyms", "0000000000000000 t nbd_queue_rq\n0000000000000000 T net_rx_action\n");
    const auto failing = open();
    ASSERT_FALSE(failing);
    EXPECT_THAT(failing.error().message, HasSubstr("no address of net_rx_action"));
}

} // namespace
} // namespace netswap::guest
