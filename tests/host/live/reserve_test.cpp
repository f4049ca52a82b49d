// SPDX-License-Identifier: GPL-2.0
#include "live/reserve.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "live/area_state.h"
#include "live/fake_machine_tree.h"
#include "live/reserve_ledger.h"

using namespace netswap;
using namespace netswap::live;

namespace {

/// The kernel's part: what a write, huge pages and memory hotplug do to the value.
class FakeKernel final : public MinFree {
  public:
    FakeKernel() {
        Zone dma, normal;
        dma.name = "DMA";
        dma.managed = 3840;
        normal.name = "DMA32";
        normal.managed = 252160;
        zones_ = {dma, normal};
        kb_ = kernel_default_kb(zones_, 4);
    }

    Result<std::int64_t> read_kb() override { return kb_; }
    Status write_kb(std::int64_t kb) override {
        if (refuse_writes)
            return fail("writing: Permission denied", exit_host);
        writes++;
        kb_ = user_kb_ = kb - (drops_writes ? 4 : 0);
        return {};
    }
    Result<std::vector<Zone>> zones() override {
        auto zones = zones_;
        for (auto &zone : zones)
            zone.min = ignores_zones ? 1 : zone_min(zone, lowmem_managed(zones_), kb_, 4);
        return zones;
    }
    std::int64_t pageblock() override { return 512; }

    void huge_pages(bool on) {
        if (on)
            kb_ = std::max(kb_, khugepaged_kb(zones_, 4, 512));
        else
            recompute();
    }
    void recompute() {
        if (const auto kb = kernel_default_kb(zones_, 4); kb > user_kb_)
            kb_ = kb;
    }
    void admin(std::int64_t kb) { kb_ = user_kb_ = kb; }
    [[nodiscard]] std::int64_t now() const { return kb_; }

    bool refuse_writes = false, drops_writes = false, ignores_zones = false;
    int writes = 0;

  private:
    std::vector<Zone> zones_;
    std::int64_t kb_ = 0, user_kb_ = -1;
};

class Reserve : public ::testing::Test {
  protected:
    Reserve() {
        std::filesystem::create_directories(tree_.paths().root("/run"));
        first_ = kernel_.now();
    }
    ReserveChange apply(const std::string &area, std::int64_t kb) {
        const auto change = apply_reserve(paths_, kernel_, area, kb);
        EXPECT_TRUE(change) << change.error().message;
        return change.value_or(ReserveChange{-9, -9});
    }
    Restored restore(const std::string &area) {
        const auto how = restore_reserve(paths_, kernel_, area);
        EXPECT_TRUE(how) << how.error().message;
        return how.value_or(Restored::nothing_to_do);
    }
    ReserveCheck check() {
        const auto found = check_reserve(paths_, kernel_);
        EXPECT_TRUE(found) << found.error().message;
        return found.value_or(ReserveCheck{});
    }
    [[nodiscard]] bool remembered() const {
        return std::filesystem::exists(paths_.run("min_free"));
    }

    FakeMachineTree tree_;
    Paths paths_ = tree_.paths();
    FakeKernel kernel_;
    std::int64_t first_ = 0;
};

} // namespace

TEST_F(Reserve, IsRaisedAndGivenBack) {
    const auto change = apply("swap0", 40000);
    EXPECT_EQ(change.before_kb, first_);
    EXPECT_EQ(change.set_kb, 40000);
    EXPECT_EQ(kernel_.now(), 40000);
    EXPECT_EQ(check().state, ReserveState::holds);
    EXPECT_EQ(restore("swap0"), Restored::given_back);
    EXPECT_EQ(kernel_.now(), first_);
    EXPECT_FALSE(remembered());
    EXPECT_EQ(check().state, ReserveState::not_asked);
}

TEST_F(Reserve, IsNeverLowered) {
    kernel_.admin(90000);
    const auto change = apply("swap0", 40000);
    EXPECT_EQ(change.before_kb, -1);
    EXPECT_EQ(change.set_kb, -1);
    EXPECT_EQ(kernel_.now(), 90000);
    EXPECT_EQ(kernel_.writes, 0);
    EXPECT_EQ(restore("swap0"), Restored::nothing_to_do);
    EXPECT_EQ(kernel_.now(), 90000);
}

TEST_F(Reserve, StaysAsTheAdministratorSetItMeanwhile) {
    apply("swap0", 40000);
    kernel_.admin(50000);
    EXPECT_EQ(restore("swap0"), Restored::left_alone);
    EXPECT_EQ(kernel_.now(), 50000);
    EXPECT_FALSE(remembered());
}

TEST_F(Reserve, TheNeediestAreaCountsInWhateverOrderTheyGo) {
    apply("a", 20000);
    apply("b", 40000);
    apply("c", 30000);
    EXPECT_EQ(kernel_.now(), 40000);
    EXPECT_EQ(restore("b"), Restored::lowered);
    EXPECT_EQ(kernel_.now(), 30000);
    EXPECT_EQ(restore("a"), Restored::still_needed);
    EXPECT_EQ(restore("c"), Restored::given_back);
    EXPECT_EQ(kernel_.now(), first_);

    apply("a", 20000);
    apply("b", 40000);
    EXPECT_EQ(restore("a"), Restored::still_needed);
    EXPECT_EQ(restore("b"), Restored::given_back);
    EXPECT_EQ(kernel_.now(), first_);
    EXPECT_EQ(restore("b"), Restored::nothing_to_do);
}

TEST_F(Reserve, AValueBetweenTwoAreasBecomesTheOneToGiveBack) {
    apply("a", 20000);
    kernel_.admin(25000);
    apply("b", 40000);
    EXPECT_EQ(restore("b"), Restored::given_back);
    EXPECT_EQ(kernel_.now(), 25000);
    EXPECT_EQ(restore("a"), Restored::nothing_to_do);
    EXPECT_EQ(kernel_.now(), 25000);
}

TEST_F(Reserve, ANewNeedReplacesTheOldOne) {
    apply("a", 20000);
    apply("a", 30000);
    EXPECT_EQ(kernel_.now(), 30000);
    EXPECT_EQ(restore("a"), Restored::given_back);
    EXPECT_EQ(kernel_.now(), first_);
}

TEST_F(Reserve, HugePagesSwitchedOffDoNotUndoIt) {
    kernel_.huge_pages(true);
    const auto with_huge_pages = kernel_.now();
    ASSERT_GT(with_huge_pages, 40000);
    EXPECT_EQ(apply("swap0", 40000).set_kb, -1); // there is enough
    kernel_.huge_pages(false);
    EXPECT_EQ(kernel_.now(), first_); // and now there is not
    const auto found = check();
    EXPECT_EQ(found.state, ReserveState::reapplied);
    EXPECT_EQ(found.found_kb, first_);
    EXPECT_EQ(found.need_kb, 40000);
    EXPECT_EQ(kernel_.now(), 40000);
    EXPECT_EQ(check().state, ReserveState::holds);
    EXPECT_EQ(restore("swap0"), Restored::given_back);
    EXPECT_EQ(kernel_.now(), first_);
}

TEST_F(Reserve, HugePagesSwitchedOnKeepTheirValue) {
    apply("swap0", 40000);
    kernel_.huge_pages(true);
    const auto with_huge_pages = kernel_.now();
    EXPECT_EQ(check().state, ReserveState::holds);
    EXPECT_EQ(restore("swap0"), Restored::left_alone);
    EXPECT_EQ(kernel_.now(), with_huge_pages);
}

TEST_F(Reserve, AValueLoweredByHandIsReportedNotFought) {
    apply("swap0", 40000);
    kernel_.admin(10000);
    const auto found = check();
    EXPECT_EQ(found.state, ReserveState::lowered_by_hand);
    EXPECT_EQ(found.found_kb, 10000);
    EXPECT_EQ(kernel_.now(), 10000);
    EXPECT_EQ(restore("swap0"), Restored::left_alone);
}

TEST_F(Reserve, AFailedWriteLeavesNothingBehind) {
    kernel_.refuse_writes = true;
    const auto change = apply_reserve(paths_, kernel_, "swap0", 40000);
    ASSERT_FALSE(change);
    EXPECT_EQ(change.error().message, "raising the reserve: writing: Permission denied");
    EXPECT_EQ(change.error().code, exit_host);
    EXPECT_EQ(kernel_.now(), first_);
    EXPECT_FALSE(remembered());
}

TEST_F(Reserve, IsProvedByReadingBack) {
    kernel_.drops_writes = true;
    const auto change = apply_reserve(paths_, kernel_, "swap0", 40000);
    ASSERT_FALSE(change);
    EXPECT_EQ(change.error().message,
              "raising the reserve: vm.min_free_kbytes: 40000 was written, 39996 is read back");
    EXPECT_FALSE(remembered());

    kernel_.drops_writes = false;
    kernel_.ignores_zones = true;
    kernel_.admin(first_);
    const auto zones = apply_reserve(paths_, kernel_, "swap0", 40000);
    ASSERT_FALSE(zones);
    EXPECT_NE(zones.error().message.find("zone DMA of node 0: min is 1 pages"), std::string::npos);
    EXPECT_EQ(kernel_.now(), first_); // put back
    EXPECT_FALSE(remembered());
}

TEST_F(Reserve, ADamagedLedgerIsNamed) {
    apply("swap0", 40000);
    tree_.put("/run/netswap/min_free", "{");
    for (const auto &message : {apply_reserve(paths_, kernel_, "swap1", 50000).error().message,
                                restore_reserve(paths_, kernel_, "swap0").error().message,
                                check_reserve(paths_, kernel_).error().message})
        EXPECT_EQ(message.find(paths_.run("min_free") + ": damaged"), 0U) << message;
    EXPECT_EQ(kernel_.now(), 40000);
}

TEST_F(Reserve, ItsFilesAreNoAreas) {
    apply("swap0", 40000);
    EXPECT_TRUE(area_names(paths_).empty());
    EXPECT_EQ(connections_up(paths_), 0);
    for (const auto &[name, conns] : {std::pair{"a", 2}, std::pair{"b", 3}}) {
        AreaState state;
        state.name = name;
        state.conns = conns;
        ASSERT_TRUE(write_area_state(paths_, state));
    }
    EXPECT_EQ(connections_up(paths_), 5);
}

TEST_F(Reserve, TheFilesOfProcAreUsedAsTheyAre) {
    tree_.put("/proc/sys/vm/min_free_kbytes", "4096");
    tree_.put("/proc/zoneinfo", small_zoneinfo);
    tree_.put("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "2097152");
    ProcMinFree kernel(paths_);
    EXPECT_EQ(kernel.read_kb().value_or(-1), 4096);
    EXPECT_EQ(kernel.pageblock(), 512);
    EXPECT_TRUE(kernel.write_kb(8192));
    EXPECT_EQ(kernel.zones()->size(), 2U);
    // The fake tree's zones say 4096 pages; asking for more than that cannot be proved.
    const auto change = apply_reserve(paths_, kernel, "swap0", 60000);
    ASSERT_FALSE(change);
    EXPECT_NE(change.error().message.find("are due"), std::string::npos);
}
