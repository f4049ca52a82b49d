// SPDX-License-Identifier: GPL-2.0
#include "guest/reserve_drain.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "guest/sysfile.h"
#include "temporary_directory.h"

using namespace netswap;
using namespace netswap::guest;

namespace {

/// Rings give back `step` pages each time that packets come in.
class FakeAccounts : public CounterSource {
  public:
    explicit FakeAccounts(std::uint64_t rings, std::uint64_t reclaim = 0)
        : rings_(rings), reclaim_(reclaim) {}
    Result<CounterList> read() override {
        ++reads;
        return CounterList{{"gfp_memalloc.lowest_free", 12},
                           {"gfp_memalloc.usage_rings", rings_},
                           {"gfp_memalloc.usage_reclaim", reclaim_},
                           {"gfp_memalloc.high_rings", 99}};
    }
    void receive() { rings_ -= std::min<std::uint64_t>(rings_, 10); }
    int reads = 0;

  private:
    std::uint64_t rings_;
    std::uint64_t reclaim_;
};

} // namespace

TEST(ReserveDrain, NamesWhoStillHasPages) {
    EXPECT_EQ(still_charged({{"gfp_memalloc.usage_rings", 3},
                             {"gfp_memalloc.usage_packets", 0},
                             {"gfp_memalloc.usage_transmit", 1},
                             {"gfp_memalloc.high_reclaim", 7}}),
              "rings 3, transmit 1");
    EXPECT_EQ(still_charged({}), "");
}

TEST(ReserveDrain, PacketsUseUpWhatLiesInTheRings) {
    FakeAccounts accounts(25);
    int received = 0;
    const auto done = drain_reserve(
        accounts,
        [&] {
            accounts.receive();
            ++received;
        },
        10);
    EXPECT_TRUE(done.has_value());
    EXPECT_EQ(received, 3);
}

TEST(ReserveDrain, ALeakIsAnError) {
    FakeAccounts accounts(5, 2);
    const auto done = drain_reserve(
        accounts, [&] { accounts.receive(); }, 4);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().message,
              "pages of the reserve are still charged after the storm: reclaim 2");
    EXPECT_EQ(accounts.reads, 4);
}

TEST(ReserveDrain, WithoutAccountsNothingIsKnown) {
    class None : public CounterSource {
        Result<CounterList> read() override {
            return CounterList{{"gfp_memalloc.lowest_free", 12}};
        }
    } none;
    const auto done = drain_reserve(
        none, [] { FAIL(); }, 3);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().message, "gfp_memalloc does not tell what is charged");
}

TEST(ReserveDrain, InterruptsGoWhereTheyAreSent) {
    const TemporaryDirectory directory;
    namespace fs = std::filesystem;
    for (const auto *irq : {"/24", "/25"})
        fs::create_directory(directory.path() + irq);
    std::ofstream(directory.path() + "/default_smp_affinity") << "3";
    for (const auto *irq : {"/24", "/25"})
        std::ofstream(directory.path() + irq + "/smp_affinity_list") << "0";
    take_interrupts_to(1, directory.path());
    for (const auto *irq : {"/24", "/25"})
        EXPECT_EQ(read_word(directory.path() + irq + "/smp_affinity_list"), "1");
    EXPECT_EQ(read_word(directory.path() + "/default_smp_affinity"), "3");
    take_interrupts_to(0, directory.path() + "/none");
}
