// SPDX-License-Identifier: GPL-2.0
// Options that the commands which boot VMs have in common.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace netswap::cli {

inline CLI::Option *add_accel(CLI::App &command, std::string &accel) {
    return command.add_option("--accel", accel, "auto (tries KVM), kvm or tcg")
        ->check(CLI::IsMember({"auto", "kvm", "tcg"}))
        ->capture_default_str();
}

inline CLI::Option *add_artefacts(CLI::App &command, std::string &directory) {
    return command.add_option("--artefacts", directory, "directory of kernels and guest images");
}

} // namespace netswap::cli
