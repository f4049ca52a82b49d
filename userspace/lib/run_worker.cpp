// SPDX-License-Identifier: GPL-2.0
#include "lib/run_worker.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/fault_rig.h"
#include "lib/host_probe.h"
#include "lib/hostile_rig.h"
#include "lib/lab_network.h"
#include "lib/nbd_relay.h"
#include "lib/nbd_service.h"
#include "lib/qemu_machine.h"
#include "lib/recording.h"
#include "lib/sandbox.h"
#include "lib/tap.h"
#include "lib/text.h"

namespace netswap {

namespace {

constexpr std::int64_t mib = 1 << 20;
constexpr const char *loopback = "127.0.0.1";

Fd open_log(const std::string &path) {
    return Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
}

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

void write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// The parts of a run, in the order in which they are made; taken down in the reverse order.
class Lab {
  public:
    Lab(const RunTask &task, const Clock &clock)
        : task_(task), clock_(clock), scratch_(path("scratch")),
          // The plan was checked when it was made.
          kinds_(parse_hostile(task.plan.params.hostile).value_or(std::vector<HostileKind>{})) {}

    Result<QemuMachine> start() {
        const auto &params = task_.plan.params;
        if (auto ok = mount_scratch(scratch_); !ok)
            return tl::unexpected(ok.error());

        QemuMachine::Options options;
        if (params.transport == "nbd") {
            if (auto ok = start_network(); !ok)
                return tl::unexpected(ok.error());
            options.server = &service_->process();
            options.monitor = asks_for(FaultKind::link_carrier);
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

        qemu_log_ = open_log(path("qemu.log"));
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
                                !task_.artefacts.checkers.names.empty());
        config_ = config;
        return QemuMachine::start(std::move(options));
    }

    /// The image to boot is one that has the configuration in it.
    Status prepare_recording(std::string_view config_line) {
        auto image =
            make_recorded_image(task_.artefacts.initramfs, config_line, task_.log_directory);
        if (!image)
            return tl::unexpected(image.error());
        image_ = std::move(*image);
        return {};
    }

    /// Keeps what was recorded, with all that makes the run again, or drops it if it passed.
    Status settle_recording(const SupervisedRun &run, std::uint64_t instructions) const {
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

    /// The tap and the server on it.
    Status start_network() {
        auto network = LabNetwork::make(kinds_, task_.plan.seed, clock_);
        if (!network)
            return tl::unexpected(network.error());
        network_ = std::move(*network);
        return start_server();
    }

    [[nodiscard]] std::string path(const char *name) const {
        return task_.log_directory + "/" + name;
    }

    FaultRig rig(QemuMachine &machine) {
        return {service_ ? &*service_ : nullptr, relay_.get(), machine, lab_tap_name};
    }

    HostileRig hostile_rig() { return {kinds_, network_ ? network_->link() : nullptr, clock_}; }

  private:
    Status start_server() {
        server_log_ = open_log(path("server.log"));
        const bool relayed = asks_for_replies();
        auto service = NbdService::start(task_.plan.params.server,
                                         {.address = relayed ? loopback : lab_host_address,
                                          .port = lab_nbd_port,
                                          .export_name = lab_export,
                                          .size_bytes = task_.plan.params.swap_mib * mib,
                                          .scratch = scratch_,
                                          .keep = asks_for(FaultKind::server_kill),
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

    [[nodiscard]] bool asks_for_replies() const {
        const auto orders = parse_faults(task_.plan.params.faults);
        return orders && std::any_of(orders->begin(), orders->end(), [](const auto &order) {
                   return reply_fault_of(order.kind).has_value();
               });
    }

    [[nodiscard]] bool asks_for(FaultKind kind) const {
        const auto orders = parse_faults(task_.plan.params.faults);
        return orders && std::any_of(orders->begin(), orders->end(),
                                     [&](const auto &order) { return order.kind == kind; });
    }

    const RunTask &task_;
    const Clock &clock_;
    std::string scratch_;
    std::vector<HostileKind> kinds_;
    std::optional<LabNetwork> network_;
    Fd server_log_;
    Fd qemu_log_;
    QemuConfig config_;
    std::string image_ = task_.artefacts.initramfs;
    std::optional<NbdService> service_;
    std::unique_ptr<NbdRelay> relay_;
};

SupervisedRun failed_run(const RunTask &task, const Error &error) {
    SupervisedRun run;
    auto &record = run.record;
    record.arm = task.plan.arm.name;
    record.run = task.plan.run;
    record.seed = task.plan.seed;
    record.params = task.plan.params;
    record.verdict = Verdict::error;
    record.message = error.message;
    record.log = task.log_directory;
    return run;
}

} // namespace

std::string progress_line(const RunProgress &progress) {
    const nlohmann::json line = {{"progress",
                                  {{"phase", progress.phase},
                                   {"touched", progress.touched},
                                   {"pswpout", progress.pswpout}}}};
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string record_line(const SupervisedRun &run) {
    auto tests = nlohmann::json::array();
    for (const auto &test : run.tests)
        tests.push_back({{"suite", test.suite},
                         {"name", test.name},
                         {"ok", test.ok},
                         {"skip", test.skip},
                         {"detail", test.detail}});
    const nlohmann::json line = {{"record", run.record}, {"tests", std::move(tests)}};
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

SupervisedRun perform_run(const RunTask &task,
                          const std::function<void(const RunProgress &)> &progress) {
    SupervisorOptions options;
    options.plan = task.plan;
    const auto &checkers = task.artefacts.checkers;
    auto orders = task.orders;
    orders.patience = checkers.patience();
    options.config_line = guest_config_line(task.plan, orders);
    options.hello_limit_s *= checkers.patience();
    options.check_state = task.check_state;
    options.progress = progress;

    const SystemClock clock;
    Lab lab(task, clock);
    if (auto ok = write_file(lab.path("config.json"), options.config_line); !ok)
        return failed_run(task, ok.error());
    if (task.plan.params.recorded) {
        if (auto ok = lab.prepare_recording(options.config_line); !ok)
            return failed_run(task, ok.error());
        options.config_line.clear();
    }
    const Fd channel_log = open_log(lab.path(Recording::channel_name));
    options.channel_log = [&](std::string_view line) {
        write_all(channel_log.get(), std::string(line) + "\n");
    };

    auto machine = lab.start();
    if (!machine)
        return failed_run(task, machine.error());
    auto rig = lab.rig(*machine);
    options.faults = &rig;
    auto hostile = lab.hostile_rig();
    options.hostile = &hostile;
    auto run = Supervisor(*machine, clock, std::move(options)).run();
    run.record.log = task.log_directory;
    run.record.checkers = checkers.names;
    if (task.plan.params.recorded)
        if (auto kept = lab.settle_recording(run, machine->last_instructions()); !kept)
            run.record.message += fmt::format(" (not recorded: {})", kept.error().message);
    return run;
}

Status try_server(const RunParams &params, const std::string &log_directory) {
    RunTask task;
    task.plan.params = params;
    task.log_directory = log_directory;
    const auto scratch = log_directory + "/scratch";
    int pipe[2];
    if ((::mkdir(scratch.c_str(), 0700) != 0 && errno != EEXIST) || ::pipe2(pipe, O_CLOEXEC) != 0)
        return tl::unexpected(errno_error(scratch, errno, exit_host));
    Fd read_end(pipe[0]), write_end(pipe[1]);
    const auto complain = [&](const Error &error) { write_all(write_end.get(), error.message); };
    const auto body = [&] {
        auto ok = mount_scratch(scratch);
        if (ok)
            ok = Lab(task, SystemClock()).start_network();
        if (!ok)
            complain(ok.error());
        return 0;
    };
    const auto pid = start_sandbox(body, complain);
    write_end.reset();
    std::string message;
    char buffer[1024];
    for (ssize_t got = 0; pid && (got = ::read(read_end.get(), buffer, sizeof(buffer))) > 0;)
        message.append(buffer, static_cast<std::size_t>(got));
    if (pid)
        ::waitpid(*pid, nullptr, 0);
    ::rmdir(scratch.c_str());
    if (!pid)
        return tl::unexpected(pid.error());
    return message.empty() ? Status{} : fail(message, exit_host);
}

Result<pid_t> start_run(const RunTask &task, int out_fd) {
    const auto body = [&] {
        const auto run = perform_run(
            task, [&](const RunProgress &progress) { write_all(out_fd, progress_line(progress)); });
        write_all(out_fd, record_line(run));
        return 0;
    };
    const auto on_error = [&](const Error &error) {
        write_all(out_fd, record_line(failed_run(task, error)));
    };
    return start_sandbox(body, on_error);
}

} // namespace netswap
