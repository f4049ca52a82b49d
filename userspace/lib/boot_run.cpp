// SPDX-License-Identifier: GPL-2.0
#include "lib/boot_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/nbd_server.h"
#include "lib/qemu_machine.h"
#include "lib/sandbox.h"
#include "lib/tap.h"

namespace netswap {

namespace {

Fd open_log(const std::string &path) {
    return Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
}

void tell(int fd, std::string line) {
    line += '\n';
    [[maybe_unused]] auto written = ::write(fd, line.data(), line.size());
}

/// Until QEMU ends or the time is over; "" or the reason why it is a failure.
std::string follow(QemuMachine &machine, double end, int out_fd) {
    const SystemClock clock;
    while (clock.now() < end) {
        const auto event = machine.wait(1);
        switch (event.kind) {
        case MachineEvent::Kind::channel_line:
            tell(out_fd, event.text);
            break;
        case MachineEvent::Kind::machine_end:
            return event.text == describe_wait_status(0) ? "" : "QEMU ended with " + event.text;
        case MachineEvent::Kind::server_end:
            return "the NBD server ended with " + event.text;
        case MachineEvent::Kind::console: // QemuMachine keeps a copy
        case MachineEvent::Kind::time_out:
            break;
        }
    }
    machine.send_sysrq('w'); // who hangs goes to the log
    for (const double late = clock.now() + 5; clock.now() < late;)
        machine.wait(1);
    return "the time was over before the guest had switched itself off";
}

Status boot(const BootTask &task, int out_fd) {
    const SystemClock clock;
    const double begin = clock.now();
    const auto path = [&](const char *name) { return task.log_directory + "/" + name; };
    const auto scratch = path("scratch");
    ::mkdir(scratch.c_str(), 0700);
    if (auto ok = mount_scratch(scratch); !ok)
        return ok;
    auto tap = create_tap(lab_tap_name, std::string(lab_host_address) + "/24");
    if (!tap)
        return tl::unexpected(tap.error());
    auto server = make_nbd_server(task.server);
    if (!server)
        return tl::unexpected(server.error());
    const Fd server_log = open_log(path("server.log"));
    auto serving = start_nbd_server(**server, {.address = lab_host_address,
                                               .port = lab_nbd_port,
                                               .export_name = lab_export,
                                               .size_bytes = task.swap_mib << 20,
                                               .scratch = scratch,
                                               .log_fd = server_log.get()});
    if (!serving)
        return tl::unexpected(serving.error());

    const Fd qemu_log = open_log(path("qemu.log"));
    QemuMachine::Options options;
    options.config.accel = task.accel;
    options.config.kernel = task.kernel;
    options.config.initramfs = task.image;
    options.config.append = task.append;
    options.config.mem_mib = task.mem_mib;
    options.config.cpus = task.cpus;
    options.config.patches_text = true; // modules come and go
    options.config.tap_fd = tap->get();
    options.command_file = path("qemu.cmd");
    options.console_file = path("console.log");
    options.log_fd = qemu_log.get();
    options.server = &*serving;
    options.interface_name = lab_tap_name;
    auto machine = QemuMachine::start(std::move(options));
    if (!machine)
        return tl::unexpected(machine.error());
    const auto failure = follow(*machine, begin + task.timeout_s, out_fd);
    if (!failure.empty())
        return fail(failure);
    tell(out_fd, fmt::format("ended {:.1f}", clock.now() - begin));
    return {};
}

} // namespace

Result<pid_t> start_boot(const BootTask &task, int out_fd) {
    const auto complain = [&](const Error &error) { tell(out_fd, "failed " + error.message); };
    return start_sandbox(
        [&] {
            if (auto ok = boot(task, out_fd); !ok)
                complain(ok.error());
            return 0;
        },
        complain);
}

} // namespace netswap
