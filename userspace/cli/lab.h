// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <string>

#include "lib/artefacts.h"
#include "lib/host_probe.h"
#include "lib/record.h"
#include "lib/run_worker.h"
#include "lib/storm_options.h"

namespace netswap::cli {

/// "2026-11-21T16:58:36Z" with "%Y-%m-%dT%H:%M:%SZ"
std::string utc_now(const char *format);

/// Found out now, not after an hour of storms. An empty name is right.
Status check_writable(const std::string &file);

/// Makes the directory, and its absolute name; the error names `option`.
Result<std::string> make_directory(const std::string &directory, std::string_view option);

/// What storms need of this host, found and checked before the first run.
class Lab {
  public:
    /// `artefacts` as --artefacts, `accel` as --accel.
    Lab(const std::string &artefacts, std::string accel);
    Lab(const Lab &) = delete;
    Lab &operator=(const Lab &) = delete;
    ~Lab();

    /// Kernel and image of a flavour that runs will boot.
    Status find_kernel(const std::string &flavour);
    /// Checkers of a flavour's kernel, found or not.
    [[nodiscard]] Checkers checkers(const std::string &flavour) const;
    /// Runs boot copies below `directory` from now on, so that a build meanwhile changes nothing.
    /// They go with the lab. Fails if they are not what `prints` were taken of.
    Status keep_copies(const std::string &directory,
                       const std::map<std::string, std::string> &prints);
    /// The host, for `jobs` such runs at a time, and that the server answers; logs go to `out`.
    Status check(const RunParams &params, int jobs, const std::string &out);
    /// Says on stderr why it is not KVM. A kernel has been found.
    void choose_accelerator();
    void use_tcg() { accel_ = "tcg"; }

    [[nodiscard]] const std::string &accelerator() const { return accel_; }
    [[nodiscard]] const std::map<std::string, Artefacts> &kernels() const { return kernels_; }
    [[nodiscard]] HostInfo host() const;
    /// The run with what the lab adds to it. Its kernel has been found.
    [[nodiscard]] RunTask task(RunPlan run, std::string log_directory) const;

  private:
    std::string directory_;
    std::string accel_;
    std::string started_;
    std::string copies_;                       ///< their directory, "" if there are none
    std::map<std::string, Artefacts> kernels_; ///< by flavour
    RealHost host_;
    std::string qemu_;
};

} // namespace netswap::cli
