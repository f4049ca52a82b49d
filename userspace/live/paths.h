// SPDX-License-Identifier: GPL-2.0
// Where the live machine's files are. Tests put a directory of their own in front.
#pragma once

#include <string>
#include <utility>

namespace netswap::live {

class Paths {
  public:
    /// `root` goes in front of every path; empty on a real machine.
    explicit Paths(std::string root = "") : root_(std::move(root)) {}

    [[nodiscard]] std::string root(const std::string &path) const { return root_ + path; }
    [[nodiscard]] std::string proc(const std::string &path) const {
        return root_ + "/proc/" + path;
    }
    [[nodiscard]] std::string sys(const std::string &path) const { return root_ + "/sys/" + path; }
    /// State of areas: NAME.json and NAME.part (see area_state.h), NAME.live (see live_page.h).
    [[nodiscard]] std::string run(const std::string &path = "") const {
        return root_ + "/run/netswap" + (path.empty() ? "" : "/" + path);
    }
    [[nodiscard]] std::string etc(const std::string &path = "") const {
        return root_ + "/etc/netswap" + (path.empty() ? "" : "/" + path);
    }

  private:
    std::string root_;
};

} // namespace netswap::live
