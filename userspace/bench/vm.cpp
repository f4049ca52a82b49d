// SPDX-License-Identifier: GPL-2.0
#include "bench/vm.h"

#include <cstdio>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/qemu_machine.h"
#include "lib/sandbox.h"
#include "lib/text.h"

namespace netswap::bench {

using nlohmann::json;

namespace {

// Keys of the lines that the sandbox writes: any number of phases, then an error or the counts.
constexpr const char *phase_key = "phase";
constexpr const char *error_key = "error";
constexpr const char *counts_key = "counts";

void tell(int fd, const json &message) {
    const auto line = message.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    [[maybe_unused]] auto written = ::write(fd, line.data(), line.size());
}

Result<ArmCounts> boot(const VmTask &task, int out_fd) {
    const auto path = [&](const char *name) { return task.log_directory + "/" + name; };
    const Fd qemu_log(
        ::open(path("qemu.log").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    QemuMachine::Options options;
    options.config.count_instructions = true;
    options.config.kernel = task.artefacts.kernel;
    options.config.initramfs = task.artefacts.initramfs;
    // Where things are must not depend on chance.
    options.config.append = kernel_command_line(task.bare) + " nokaslr norandmaps";
    options.config.mem_mib = task.mem_mib;
    options.config.cpus = 1;
    options.config.nic = "";
    options.command_file = path("qemu.cmd");
    options.console_file = path("console.log");
    options.log_fd = qemu_log.get();
    auto machine = QemuMachine::start(std::move(options));
    if (!machine)
        return tl::unexpected(machine.error());
    const SystemClock clock;
    auto counts =
        follow_bench(*machine, clock, task.orders, task.timeout_s, [&](const std::string &phase) {
            tell(out_fd, {{phase_key, phase}});
        });
    machine->stop();
    return counts;
}

} // namespace

Result<ArmCounts> run_vm(const VmTask &task,
                         const std::function<void(const std::string &)> &on_phase) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0)
        return tl::unexpected(errno_error("pipe", errno, exit_host));
    std::unique_ptr<FILE, int (*)(FILE *)> lines(::fdopen(pipe[0], "r"), std::fclose);
    Fd write_end(pipe[1]);
    const int out = write_end.get();
    const auto complain = [out](const Error &error) { tell(out, {{error_key, error.message}}); };
    const auto pid = start_sandbox(
        [&] {
            auto counts = boot(task, out);
            if (counts)
                tell(out, {{counts_key, *counts}});
            else
                complain(counts.error());
            return 0;
        },
        complain);
    write_end.reset();
    if (!pid)
        return tl::unexpected(pid.error());

    Result<ArmCounts> result = fail("its process died (killed?)");
    char *line = nullptr;
    std::size_t size = 0;
    while (::getline(&line, &size, lines.get()) > 0) {
        const auto message = json::parse(line, nullptr, false);
        if (!message.is_object())
            continue; // half a line: it was killed
        if (message.contains(phase_key))
            on_phase(message[phase_key].get<std::string>());
        else if (message.contains(error_key))
            result = fail(message[error_key].get<std::string>());
        else if (message.contains(counts_key))
            result = message[counts_key].get<ArmCounts>();
    }
    std::free(line);
    ::waitpid(*pid, nullptr, 0);
    if (!result)
        return fail(fmt::format("{} (logs: {})", result.error().message, task.log_directory));
    return result;
}

} // namespace netswap::bench
