// SPDX-License-Identifier: GPL-2.0
#include "lib/accel_probe.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/clock.h"
#include "lib/console_scan.h"
#include "lib/qemu_command.h"

namespace netswap {

namespace {

/// What the kernel prints first, whatever its version.
constexpr std::string_view first_words = "Linux version";

bool boots_under_kvm(const std::string &kernel, double limit_s, std::string &reason) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) {
        reason = "no pipe";
        return false;
    }
    Fd read_end(pipe[0]), write_end(pipe[1]);
    QemuConfig config;
    config.accel = "kvm";
    config.kernel = kernel;
    config.append = kernel_command_line(false);
    config.nic.clear();
    auto command = qemu_command(config);
    command.insert(command.end(), {"-serial", "stdio"});
    auto qemu = Child::spawn(command, {.keep = {}, .out = write_end.get()});
    write_end.reset();
    if (!qemu) {
        reason = qemu.error().message;
        return false;
    }
    const SystemClock clock;
    const double end = clock.now() + limit_s;
    std::string text;
    while (clock.now() < end) {
        pollfd wait{read_end.get(), POLLIN, 0};
        if (::poll(&wait, 1, static_cast<int>((end - clock.now()) * 1000) + 1) <= 0)
            break;
        char buffer[4096];
        const auto got = ::read(read_end.get(), buffer, sizeof(buffer));
        if (got <= 0) {
            reason = "QEMU ended: " + last_lines(text, 1);
            return false;
        }
        text.append(buffer, static_cast<std::size_t>(got));
        if (text.find(first_words) != std::string::npos)
            return true;
    }
    reason = fmt::format("the kernel printed nothing under KVM in {:.0f} s", limit_s);
    return false;
}

} // namespace

std::string probe_accelerator(const std::string &kernel, std::string &reason, double limit_s) {
    reason.clear();
    const Fd device(::open("/dev/kvm", O_RDWR | O_CLOEXEC));
    if (!device.valid()) {
        reason = fmt::format("/dev/kvm: {}", std::strerror(errno));
        return "tcg";
    }
    return boots_under_kvm(kernel, limit_s, reason) ? "kvm" : "tcg";
}

} // namespace netswap
