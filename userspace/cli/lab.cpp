// SPDX-License-Identifier: GPL-2.0
#include "cli/lab.h"

#include <chrono>
#include <ctime>
#include <filesystem>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/accel_probe.h"
#include "lib/fingerprint.h"
#include "lib/tap.h"

namespace netswap::cli {

namespace fs = std::filesystem;

std::string utc_now(const char *format) {
    return fmt::format(fmt::runtime(fmt::format("{{:{}}}", format)),
                       fmt::gmtime(std::time(nullptr)));
}

Status check_writable(const std::string &file) {
    if (file.empty())
        return {};
    std::error_code none;
    const auto about = fs::status(file, none);
    const bool special = fs::exists(about) && !fs::is_regular_file(about); // no file beside it
    const auto directory = fs::absolute(file).parent_path();
    if (::access(special ? file.c_str() : directory.c_str(), special ? W_OK : W_OK | X_OK) != 0 ||
        fs::is_directory(about))
        return fail(
            fmt::format("cannot write {}: no such directory, or no right to write there", file),
            exit_bad_input);
    return {};
}

Result<std::string> make_directory(const std::string &directory, std::string_view option) {
    std::error_code error;
    fs::create_directories(directory, error);
    if (error)
        return fail(fmt::format("{} {}: {}", option, directory, error.message()), exit_bad_input);
    return fs::absolute(directory).string();
}

Lab::Lab(const std::string &artefacts, std::string accel)
    : directory_(artefacts_directory(artefacts)), accel_(std::move(accel)),
      started_(utc_now("%Y-%m-%dT%H:%M:%SZ")) {}

Status Lab::find_kernel(const std::string &flavour) {
    if (kernels_.contains(flavour))
        return {};
    auto found = find_artefacts(directory_, flavour);
    if (!found)
        return tl::unexpected(found.error());
    kernels_[flavour] = std::move(*found);
    return {};
}

Lab::~Lab() {
    std::error_code ignored;
    if (!copies_.empty())
        fs::remove_all(copies_, ignored);
}

Status Lab::keep_copies(const std::string &directory,
                        const std::map<std::string, std::string> &prints) {
    copies_ = directory;
    for (auto &[flavour, artefacts] : kernels_) {
        const auto to = fs::path(directory) / flavour;
        std::error_code error;
        fs::create_directories(to, error);
        for (auto *file : {&artefacts.kernel, &artefacts.initramfs}) {
            const auto copy = to / fs::path(*file).filename();
            if (!error)
                fs::copy_file(*file, copy, fs::copy_options::overwrite_existing, error);
            if (error)
                return fail(
                    fmt::format("copying {} to {}: {}", *file, copy.string(), error.message()));
            *file = copy;
        }
        fs::create_symlink(fs::path(artefacts.modules).parent_path() / "vmlinux", to / "vmlinux",
                           error); // for recordings
    }
    const auto copied = fingerprints(kernels_);
    if (!copied || *copied != prints)
        return fail("kernel or images were built anew at this moment; give the command again");
    return {};
}

Checkers Lab::checkers(const std::string &flavour) const {
    return checkers_of((fs::path(directory_) / flavour / "config").string());
}

Status Lab::check(const RunParams &params, int jobs, const std::string &out) {
    for (const auto &[flavour, artefacts] : kernels_)
        for (auto ok : {check_memory(artefacts.checkers, flavour, params.mem_mib),
                        check_faults(artefacts.checkers, flavour, params.faults)})
            if (!ok)
                return ok;
    HostNeeds needs;
    needs.network = params.transport == "nbd";
    needs.log_directory = out;
    needs.memory_mib = jobs * (params.mem_mib + params.swap_mib + 100);
    if (auto ok = check_host(host_, needs); !ok)
        return ok;
    if (auto version = host_.qemu_version())
        qemu_ = *version;
    return needs.network ? try_server(params, out) : Status{};
}

void Lab::choose_accelerator() {
    if (accel_ != "auto")
        return;
    std::string reason;
    accel_ = probe_accelerator(kernels_.begin()->second.kernel, reason);
    if (!reason.empty())
        fmt::print(stderr, "no KVM, using TCG: {}\n", reason);
}

HostInfo Lab::host() const {
    utsname system{};
    ::uname(&system);
    return {accel_, qemu_, host_.cpus(), system.release, started_};
}

RunTask Lab::task(RunPlan run, std::string log_directory) const {
    RunTask task;
    task.artefacts = kernels_.at(run.params.kernel);
    task.log_directory = std::move(log_directory);
    task.orders.server = lab_host_address;
    task.orders.port = lab_nbd_port;
    task.orders.export_name = lab_export;
    if (!run.params.faults.empty())
        task.orders.sample_ms = 100; // recovery is told to that much
    run.params.accel = accel_;
    task.plan = std::move(run);
    return task;
}

} // namespace netswap::cli
