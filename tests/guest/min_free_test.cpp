// SPDX-License-Identifier: GPL-2.0
// The reserve's size on a real kernel: planned, applied, read back, given back.
#include "live/machine_facts.h"
#include "live/reserve.h"
#include "live/reserve_plan.h"
#include "skip.h"

#include "guest/sysfile.h"

#include <cstdlib>

#include <catch2/catch.hpp>

using namespace netswap;
using namespace netswap::guest;

namespace {

const std::string huge_pages = "/sys/kernel/mm/transparent_hugepage/enabled";
const live::Paths paths;
/// A page in each zone, of which there are six at most.
constexpr std::int64_t rounding = 6;

live::MachineFacts facts_now() {
    live::KernelLinkProbe probe;
    const auto facts = live::read_machine_facts(paths, probe, {});
    INFO((facts ? "" : facts.error().message));
    REQUIRE(facts.has_value());
    return *facts;
}

std::int64_t lowmem_min_now(live::MinFree &kernel) {
    const auto zones = kernel.zones();
    REQUIRE(zones.has_value());
    return live::lowmem_min(*zones);
}

/// Whatever a case does, the value is as before after it.
class SavedMinFree {
  public:
    explicit SavedMinFree(live::MinFree &kernel)
        : kernel_(kernel), kb_(kernel.read_kb().value_or(0)) {}
    SavedMinFree(const SavedMinFree &) = delete;
    SavedMinFree &operator=(const SavedMinFree &) = delete;
    ~SavedMinFree() { static_cast<void>(kernel_.write_kb(kb_)); }
    [[nodiscard]] std::int64_t kb() const { return kb_; }

  private:
    live::MinFree &kernel_;
    std::int64_t kb_;
};

} // namespace

TEST_CASE("the plan reads this machine as it is") {
    const auto facts = facts_now();
    CHECK(facts.min_free_kb > 0);
    CHECK(facts.cpus >= 1);
    CHECK(facts.dev_weight == 64);
    CHECK(facts.tcp_wmem_max >= 65536);
    CHECK(facts.tcp_mem_max > 0);
    CHECK(facts.ipfrag_high > 0);
    // The sum only: since boot the kernel has given the zones more pages, and their shares are
    // still those of that time.
    const auto pool = facts.hook ? facts.hook->emergency_pages : 0;
    const auto off = live::lowmem_min(facts.zones) - pool - facts.min_free_kb / facts.page_kb();
    CHECK(off <= 0);
    CHECK(off >= -rounding);
    const auto plan = live::make_reserve_plan(facts, 1);
    CHECK(plan.total_pages > plan.least_pages);
    CHECK(plan.min_free_target_kb > 0);
}

TEST_CASE("the reserve is raised, shows in the zones, and is given back") {
    live::ProcMinFree kernel{paths};
    const SavedMinFree saved(kernel);
    const auto plan = live::make_reserve_plan(facts_now(), 1);
    const auto min_before = lowmem_min_now(kernel);
    const auto need = std::max(plan.min_free_target_kb, saved.kb() + 1024);

    const auto change = live::apply_reserve(paths, kernel, "test", need);
    INFO((change ? "" : change.error().message));
    REQUIRE(change.has_value());
    CHECK(change->before_kb == saved.kb());
    CHECK(change->set_kb == need);
    CHECK(kernel.read_kb().value_or(-1) == need);
    CHECK(lowmem_min_now(kernel) - min_before >= (need - saved.kb()) / 4 - rounding);
    CHECK(live::check_reserve(paths, kernel)->state == live::ReserveState::holds);

    const auto restored = live::restore_reserve(paths, kernel, "test");
    REQUIRE(restored.has_value());
    CHECK(*restored == live::Restored::given_back);
    CHECK(kernel.read_kb().value_or(-1) == saved.kb());
    CHECK(std::abs(lowmem_min_now(kernel) - min_before) <= rounding);
}

TEST_CASE("huge pages switched on and off do not undo the reserve") {
    const auto before = read_text(huge_pages);
    if (!before)
        return skip("needs transparent huge pages");
    live::ProcMinFree kernel{paths};
    const SavedMinFree saved(kernel);
    REQUIRE(write_text(huge_pages, "always").has_value());
    const auto with = kernel.read_kb().value_or(-1);
    // Less than the kernel keeps by itself now, more than it keeps without.
    const auto need = with - 64;
    const auto change = live::apply_reserve(paths, kernel, "test", need);
    REQUIRE(write_text(huge_pages, "never").has_value());
    const auto without = kernel.read_kb().value_or(-1);
    const auto found = live::check_reserve(paths, kernel);
    const auto after = kernel.read_kb().value_or(-1);
    const auto restored = live::restore_reserve(paths, kernel, "test");

    INFO("before " << saved.kb() << " with " << with << " without " << without << " after "
                   << after);
    REQUIRE(change.has_value());
    CHECK(change->set_kb == -1);
    CHECK(after >= need);
    REQUIRE(found.has_value());
    CHECK(found->state ==
          (without < need ? live::ReserveState::reapplied : live::ReserveState::holds));
    REQUIRE(restored.has_value());
    CHECK(kernel.read_kb().value_or(-1) == without);
}
