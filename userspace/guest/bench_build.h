// SPDX-License-Identifier: GPL-2.0
// A compile for a bench: small files, a process each.
#pragma once

#include "guest/base.h"

#include <string>
#include <vector>

namespace netswap::guest {

/// A directory with sources, and what is made of them.
class BuildTree {
  public:
    static constexpr int default_units = 24;

    /// `compiler` is called as tcc is; gcc and clang would do.
    BuildTree(std::string directory, std::string compiler, int units = default_units);

    /// Makes the directory too.
    Result<void> write_sources();

    /// Compiles one after the other, then links all objects into one. It is an error if the
    /// compiler fails, or leaves no object.
    [[nodiscard]] Result<void> build() const;

    /// Removes what build() made.
    [[nodiscard]] Result<void> clean() const;

  private:
    /// The words of a command, with the file that it makes.
    struct Step {
        std::vector<std::string> argv;
        std::string made;
    };

    [[nodiscard]] std::string path(const std::string &name) const;
    static Result<void> run(const Step &step);

    std::string directory_;
    int units_;
    std::vector<Step> steps_;
};

} // namespace netswap::guest
