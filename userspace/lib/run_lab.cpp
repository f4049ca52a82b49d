// SPDX-License-Identifier: GPL-2.0
#include "lib/run_lab.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include "lib/host_probe.h"
#include "lib/recording.h"
#include "lib/sandbox.h"
#include "lib/tap.h"

namespace netswap {

namespace {

constexpr std::int64_t mib = 1 << 20;
constexpr const char *loopback = "127.0.0.1";

Status make_disk(const std::string &path, std::int64_t bytes) {
    const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.valid() || ::ftruncate(file.get(), bytes) != 0)
        return tl::unexpected(errno_error(path, errno));
    return {};
}

/// The kernel's own file with symbols, beside the one that boots; "" if there is none.
std::string symbols_of(const std::string &kernel) {
    const auto file = std::filesystem::path(kernel).parent_path() / "vmlinux";
    std::error_code error;
    const auto whole = std::filesystem::canonical(file, error);
    return error ? "" : whole.string();
}

} // namespace

RunLab::RunLab(const RunTask &task, const Clock &clock)
    : task_(task), clock_(clock), scratch_(path("scratch")),
      // The plan was checked when it was made.
      kinds_(parse_hostile(task.plan.params.hostile).value_or(std::vector<HostileKind>{})),
      faults_(parse_faults(task.plan.params.faults).value_or(std::vector<FaultOrder>{})) {}

Result<QemuMachine> RunLab::start() {
    const auto &params = task_.plan.params;
    if (auto ok = mount_scratch(scratch_); !ok)
        return tl::unexpected(ok.error());

    QemuMachine::Options options;
    if (params.transport == "nbd") {
        if (auto ok = start_network(); !ok)
            return tl::unexpected(ok.error());
        options.server = &service_->process();
        options.monitor = asks_for([](FaultKind kind) { return kind == FaultKind::link_carrier; });
        options.interface_name = lab_tap_name;
        options.config.nic = params.nic;
        options.config.tap_fd = network_->tap();
        if (!kinds_.empty())
            options.wire_port = lab_nbd_port;
    } else {
        options.config.nic.clear();
        options.config.disk = scratch_ + "/swap";
        if (auto ok = make_disk(options.config.disk, params.swap_mib * mib); !ok)
            return tl::unexpected(ok.error());
    }

    qemu_log_ = open_log("qemu.log");
    options.log_fd = qemu_log_.get();
    options.command_file = path("qemu.cmd");
    options.console_file = path(Recording::console_name);
    auto &config = options.config;
    config.accel = params.accel;
    config.patches_text = task_.orders.mode == "tests" || params.churn_rounds > 0;
    config.kernel = task_.artefacts.kernel;
    config.initramfs = image_;
    config.mem_mib = params.mem_mib;
    config.cpus = params.cpus;
    config.nodes = task_.nodes;
    if (params.recorded) {
        config.replay = {ReplayConfig::Mode::record, path(Recording::events_name), ""};
        options.monitor = true;
    }
    config.append =
        kernel_command_line(task_.plan.arm.policy == Policy::bare, channel_device(config),
                            task_.artefacts.checkers.stop_at_first());
    config_ = config;
    return QemuMachine::start(std::move(options));
}

Status RunLab::prepare_recording(std::string_view config_line) {
    auto image = make_recorded_image(task_.artefacts.initramfs, config_line, task_.log_directory);
    if (!image)
        return tl::unexpected(image.error());
    image_ = std::move(*image);
    return {};
}

Status RunLab::settle_recording(const SupervisedRun &run, std::uint64_t instructions) const {
    if (run.record.verdict == Verdict::pass) {
        drop_recording(task_.log_directory);
        return {};
    }
    Recording recording;
    recording.append = config_.append;
    recording.mem_mib = config_.mem_mib;
    recording.nic = config_.nic;
    recording.qemu = RealHost().qemu_version().value_or("");
    recording.vmlinux = symbols_of(config_.kernel);
    recording.instructions = instructions;
    recording.diagnosis_at = run.diagnosis_at;
    recording.record = run.record;
    return save_recording(recording, config_, task_.log_directory);
}

Status RunLab::start_network() {
    auto network = LabNetwork::make(kinds_, task_.plan.seed, clock_);
    if (!network)
        return tl::unexpected(network.error());
    network_ = std::move(*network);
    return start_server();
}

std::string RunLab::path(const char *name) const {
    return task_.log_directory + "/" + name;
}

Fd RunLab::open_log(const char *name) const {
    return Fd(::open(path(name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
}

FaultRig RunLab::rig(QemuMachine &machine) {
    return {network_ ? &*network_ : nullptr, service_ ? &*service_ : nullptr, relay_.get(),
            machine};
}

HostileRig RunLab::hostile_rig() {
    return {kinds_, network_ ? network_->link() : nullptr, clock_,
            static_cast<double>(task_.artefacts.checkers.patience())};
}

Status RunLab::start_server() {
    server_log_ = open_log("server.log");
    const bool relayed = asks_for([](FaultKind kind) { return reply_fault_of(kind).has_value(); });
    auto service = NbdService::start(
        task_.plan.params.server,
        {.address = relayed ? loopback : lab_host_address,
         .port = lab_nbd_port,
         .export_name = lab_export,
         .size_bytes = task_.plan.params.swap_mib * mib,
         .scratch = scratch_,
         .keep = asks_for([](FaultKind kind) { return kind == FaultKind::server_kill; }),
         .log_fd = server_log_.get()});
    if (!service)
        return tl::unexpected(service.error());
    service_ = std::move(*service);
    if (!relayed)
        return {};
    auto relay = NbdRelay::start({.address = lab_host_address,
                                  .port = lab_nbd_port,
                                  .server_address = loopback,
                                  .server_port = lab_nbd_port,
                                  .seed = task_.plan.seed},
                                 clock_);
    if (!relay)
        return tl::unexpected(relay.error());
    relay_ = std::move(*relay);
    return {};
}

bool RunLab::asks_for(const std::function<bool(FaultKind)> &such) const {
    return std::any_of(faults_.begin(), faults_.end(),
                       [&](const auto &order) { return such(order.kind); });
}

} // namespace netswap
