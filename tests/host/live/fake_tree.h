// SPDX-License-Identifier: GPL-2.0
// A machine made of files in a temporary directory, with a swap area "swap0" on /dev/nbd0 that is
// up and watched. A test changes what it is about.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "live/live_page.h"
#include "live/view/snapshot.h"
#include "temporary_directory.h"

namespace netswap::live {

class FakeFamily final : public KernelFamily {
  public:
    Result<std::optional<FamilyView>> read() override {
        if (!error.empty())
            return fail(error);
        return view;
    }
    std::optional<FamilyView> view;
    std::string error;
};

class FakeViewClock final : public ViewClock {
  public:
    [[nodiscard]] Instant now() const override { return at; }
    Instant at{1'700'000'000, 5'000'000'000'000};
};

class FakeNbdView final : public NbdView {
  public:
    bool removed(const AreaState &) override {
        ++asked;
        return is_removed;
    }
    bool is_removed = false;
    int asked = 0;
};

class FakeTree {
  public:
    FakeTree();

    /// Replaces a file, with its directories: write("/proc/swaps", "...").
    void write(const std::string &path, const std::string &text) const;
    void remove(const std::string &path) const;

    void write_area(const std::string &name, int index, const std::string &via = "netlink") const;
    /// NAME.live and NAME.keeper, held by a daemon or not.
    void write_keeper(const std::string &name, bool held,
                      const std::function<void(LivePage &)> &change = {}) const;
    /// Two populated zones of 100 and 1000 pages of min, with these free pages.
    void write_zones(std::uint64_t first, std::uint64_t second) const;
    void write_device(int index, std::uint64_t read_sectors, std::uint64_t written_sectors) const;
    /// All of a hooked kernel: sysfs, and the family in `family`.
    void make_hooked();

    [[nodiscard]] Sources sources() { return {paths, family, clock, nbd}; }
    [[nodiscard]] Result<Snapshot> snapshot(const std::string &name = "") {
        return take_snapshot(sources(), name);
    }

  private:
    TemporaryDirectory directory_;

  public:
    Paths paths{directory_.path()};
    FakeFamily family;
    FakeViewClock clock;
    FakeNbdView nbd;
};

} // namespace netswap::live
