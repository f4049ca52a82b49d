// SPDX-License-Identifier: GPL-2.0
#include "lib/qemu_command.h"

#include <charconv>

#include <fmt/format.h>

namespace netswap {

namespace {

constexpr const char *guest_mac = "52:54:00:4e:53:01";

/// A comma inside an option's value is written twice.
std::string escape(const std::string &value) {
    std::string out;
    for (const char c : value) {
        out += c;
        if (c == ',')
            out += c;
    }
    return out;
}

using Mode = ReplayConfig::Mode;

bool replayable(const QemuConfig &c) {
    return c.replay.mode != Mode::none;
}

/// With these, what a virtio card does happens at the guest's instructions and timers alone. With
/// an event descriptor or a bottom half in between, QEMU 7.2 loses its place in the recording.
constexpr const char *replayable_virtio = ",ioeventfd=off,vectors=0,tx=timer";

std::string device_of(const QemuConfig &c) {
    if (c.nic != "virtio-net")
        return c.nic;
    return std::string("virtio-net-pci") + (replayable(c) ? replayable_virtio : "");
}

/// How long an instruction is on the guest's clock: a nanosecond, or 2^3 of them where there is a
/// server outside, so that the guest's seconds are not much shorter than the server's.
std::string counting(const QemuConfig &c) {
    if (!replayable(c))
        return "shift=0,sleep=off";
    return fmt::format("shift=3,rr={},rrfile={}",
                       c.replay.mode == Mode::record ? "record" : "replay", escape(c.replay.file));
}

std::string pipe(std::string_view id, int fd) {
    return fmt::format("file,id={},path=/proc/self/fd/{}", id, fd);
}

} // namespace

std::vector<std::string> qemu_command(const QemuConfig &c) {
    std::vector<std::string> argv{
        c.binary,
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-no-reboot",
        "-machine",
        "pc",
        "-accel",
        c.accel != "tcg"                                          ? c.accel
        : c.patches_text || c.count_instructions || replayable(c) ? "tcg,thread=single"
                                                                  : "tcg,thread=multi",
        "-m",
        fmt::format("{}M", c.mem_mib),
        "-smp",
        c.nodes > 1 ? fmt::format("{0},sockets={0},cores=1,threads=1", c.cpus)
                    : fmt::format("{}", c.cpus),
        "-kernel",
        c.kernel,
        "-append",
        c.append,
    };
    const auto add = [&](std::string option, std::string value) {
        argv.push_back(std::move(option));
        argv.push_back(std::move(value));
    };
    if (c.count_instructions || replayable(c))
        add("-icount", counting(c));
    if (c.count_instructions) {
        // Where the guest puts what it allocates follows from its random numbers and its date.
        add("-seed", "1");
        add("-rtc", "base=2026-01-01,clock=vm");
    }
    if (c.replay.mode == Mode::replay)
        argv.emplace_back("-no-shutdown"); // so that its end can be looked at
    if (!c.replay.gdb_socket.empty()) {
        add("-gdb", fmt::format("unix:{},server=on,wait=off", escape(c.replay.gdb_socket)));
        argv.emplace_back("-S");
    }
    for (int node = 0; c.nodes > 1 && node < c.nodes; ++node) {
        add("-object", fmt::format("memory-backend-ram,id=node{},size={}M", node,
                                   c.mem_mib / c.nodes + (node == 0 ? c.mem_mib % c.nodes : 0)));
        add("-numa", fmt::format("node,nodeid={0},memdev=node{0}", node));
    }
    for (int cpu = 0; c.nodes > 1 && cpu < c.cpus; ++cpu)
        add("-numa", fmt::format("cpu,node-id={},socket-id={},core-id=0,thread-id=0",
                                 cpu * c.nodes / c.cpus, cpu));
    if (c.accel == "kvm")
        add("-cpu", "host");
    if (!c.initramfs.empty())
        add("-initrd", c.initramfs);
    if (c.console_fd >= 0) {
        // mux=on is what makes the escape Ctrl-A b, and with it BREAK, work over a socket.
        // QEMU's own logfile= repeats characters now and then, so the log is written by the reader.
        add("-chardev", replayable(c)
                            ? pipe("console", c.console_fd)
                            : fmt::format("socket,id=console,fd={},mux=on", c.console_fd));
        add("-serial", "chardev:console");
    }
    if (c.verdict_fd >= 0) {
        if (replayable(c)) {
            add("-chardev", pipe("verdict", c.verdict_fd));
            add("-serial", "chardev:verdict");
        } else {
            add("-chardev", fmt::format("socket,id=verdict,fd={}", c.verdict_fd));
            add("-device", "virtio-serial-pci");
            add("-device", "virtserialport,chardev=verdict,name=netswap.0");
        }
    }
    if (c.monitor_fd >= 0) {
        add("-chardev", fmt::format("socket,id=monitor,fd={}", c.monitor_fd));
        add("-mon", "chardev=monitor,mode=readline");
    }
    if (!c.nic.empty()) {
        add("-netdev", fmt::format("tap,id={},fd={},vhost=off", qemu_netdev, c.tap_fd));
        add("-device",
            fmt::format("{},netdev={},mac={},romfile=", device_of(c), qemu_netdev, guest_mac));
        if (replayable(c))
            add("-object", fmt::format("filter-replay,id=recorded,netdev={}", qemu_netdev));
    }
    if (!c.disk.empty()) {
        add("-drive", fmt::format("file={},if=none,id=swap,format=raw,cache=unsafe,aio=threads",
                                  escape(c.disk)));
        add("-device", "virtio-blk-pci,drive=swap");
    }
    return argv;
}

std::string channel_device(const QemuConfig &config) {
    return replayable(config) ? "ttyS1" : "";
}

std::optional<std::uint64_t> replayed_instructions(std::string_view said) {
    constexpr std::string_view before = "instruction count = ";
    const auto at = said.find(before);
    std::uint64_t count = 0;
    if (at == std::string_view::npos)
        return std::nullopt;
    const auto *first = said.data() + at + before.size();
    if (std::from_chars(first, said.data() + said.size(), count).ec != std::errc{})
        return std::nullopt;
    return count;
}

std::string kernel_command_line(bool bare, const std::string &channel, bool checked) {
    std::string line = "console=ttyS0 panic=-1 oops=panic transparent_hugepage=never "
                       "sysrq_always_enabled loglevel=5 maxcpus=1 "
                       // A host with much to do starves the timer while the kernel tests it.
                       "no_timer_check";
    if (checked)
        line += " panic_on_warn=1";
    if (bare)
        line += " memreserve=bare";
    if (!channel.empty())
        line += " netswap.channel=" + channel;
    return line;
}

std::string shell_line(const std::vector<std::string> &argv) {
    std::string line;
    for (const auto &arg : argv) {
        if (!line.empty())
            line += ' ';
        if (arg.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_=,./:+") == std::string::npos &&
            !arg.empty()) {
            line += arg;
            continue;
        }
        line += '\'';
        for (const char c : arg)
            line += c == '\'' ? std::string("'\\''") : std::string(1, c);
        line += '\'';
    }
    return line;
}

} // namespace netswap
