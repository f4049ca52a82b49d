// SPDX-License-Identifier: GPL-2.0
// Parts of /proc and /sys in a directory of the test's own, and network cards that answer as told.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "live/link_probe.h"
#include "live/paths.h"
#include "temporary_directory.h"

namespace netswap::live {

class FakeMachineTree {
  public:
    [[nodiscard]] Paths paths() const { return Paths(directory_.path()); }

    void put(const std::string &path, const std::string &text) const {
        const std::filesystem::path file = directory_.path() + path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text << "\n";
    }

    void link(const std::string &path, const std::string &target) const {
        const std::filesystem::path file = directory_.path() + path;
        std::filesystem::create_directories(file.parent_path());
        std::filesystem::create_symlink(target, file);
    }

    /// A card with a driver and queues; virtio's features if it has some.
    void card(const std::string &name, const std::string &driver, int mtu, int queues,
              const std::string &features = "") const {
        const auto dir = "/sys/class/net/" + name;
        link(dir + "/device/driver", "../../bus/drivers/" + driver);
        put(dir + "/mtu", std::to_string(mtu));
        for (int i = 0; i < queues; i++)
            put(dir + "/queues/rx-" + std::to_string(i) + "/rps_cpus", "00");
        if (!features.empty())
            put(dir + "/device/features", features);
    }

  private:
    TemporaryDirectory directory_;
};

class FakeLinks final : public LinkProbe {
  public:
    std::map<std::string, int> rings, channels;
    std::map<std::string, bool> lros, tsos;
    std::map<std::string, std::string> routes; ///< server -> link

    std::optional<int> rx_ring(const std::string &nic) override { return get(rings, nic); }
    std::optional<int> rx_channels(const std::string &nic) override { return get(channels, nic); }
    std::optional<bool> gro(const std::string &) override { return true; }
    std::optional<bool> lro(const std::string &nic) override { return get(lros, nic); }
    std::optional<bool> tso(const std::string &nic) override { return get(tsos, nic); }
    Result<std::string> route_link(const std::string &server) override {
        const auto link = get(routes, server);
        if (!link)
            return fail("no route to " + server, exit_host);
        return *link;
    }

  private:
    template <typename T>
    static std::optional<T> get(const std::map<std::string, T> &from, const std::string &key) {
        const auto at = from.find(key);
        return at == from.end() ? std::nullopt : std::optional<T>(at->second);
    }
};

/// A guest of 1 GiB as /proc/zoneinfo shows it, shortened.
inline constexpr const char *small_zoneinfo = R"(Node 0, zone      DMA
  per-node stats
      nr_inactive_anon 2450
      nr_free_cma  7
  pages free     3000
        boost    0
        min      60
        low      75
        high     90
        promo    105
        spanned  4095
        present  3998
        managed  3840
        cma      0
        protection: (0, 950, 950, 950)
      nr_free_pages 3000
  pagesets
    cpu: 0
              count:    4
              high:     5
              batch:    1
Node 0, zone    DMA32
  pages free     100000
        boost    0
        min      4036
        low      5045
        high     6054
        promo    7063
        spanned  258048
        present  258048
        managed  252160
        cma      0
        protection: (0, 0, 0, 0)
  pagesets
    cpu: 0
              count:    4
              high:     500
              batch:    63
Node 0, zone   Normal
  pages free     0
        boost    0
        min      0
        low      0
        high     0
        spanned  0
        present  0
        managed  0
        protection: (0, 0, 0, 0)
)";

} // namespace netswap::live
