// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netswap {

/// Record and replay: QEMU writes down what reaches the guest from outside, and the moment, counted
/// in instructions; from that it makes the same run again. One CPU, TCG.
struct ReplayConfig {
    enum class Mode { none, record, replay };
    Mode mode = Mode::none;
    std::string file; ///< what is written or read
    /// Of a replay: where gdb finds the guest, which waits for it before its first instruction. ""
    /// for none.
    std::string gdb_socket;
};

/// Everything QEMU's command line is made from. Descriptors are inherited by QEMU under their
/// number.
struct QemuConfig {
    std::string binary = "qemu-system-x86_64";
    std::string accel = "tcg"; ///< "tcg" or "kvm"
    /// The guest rewrites its own code while it runs on several CPUs, as when modules come and go.
    /// QEMU 7.2 with a thread a CPU may then run half of an old instruction ("Oops: int3", also in
    /// an unhooked kernel), so all CPUs take turns on one thread.
    bool patches_text = false;
    /// Time is instructions, one a nanosecond, and none passes while the guest idles: its time
    /// stamp counter counts instructions. One CPU, no KVM.
    bool count_instructions = false;
    ReplayConfig replay;
    std::string kernel; ///< bzImage
    std::string initramfs;
    std::string append; ///< kernel command line, see kernel_command_line()
    std::int64_t mem_mib = 128;
    int cpus = 2;
    int nodes = 1; ///< NUMA nodes that share memory and CPUs evenly; at most as many as CPUs
    std::string nic = "virtio-net"; ///< by the option's name; "" for none
    int tap_fd = -1;
    int console_fd = -1; ///< socket; Ctrl-A b on it sends BREAK to the guest's serial port
    int verdict_fd = -1; ///< socket of the verdict channel, see channel_device()
    // With `replay`, both are the write ends of pipes.
    int monitor_fd = -1; ///< socket of QEMU's own monitor, for people's commands
    std::string disk;    ///< raw file for a virtio disk, "" for none
};

/// The guest's network as QEMU's monitor knows it.
constexpr const char *qemu_netdev = "net";

std::vector<std::string> qemu_command(const QemuConfig &config);

/// Where the guest finds the verdict channel: "" for the virtio-serial port netswap.0, or the name
/// of a serial port. What a guest says by virtio-serial comes at other moments in a replay.
std::string channel_device(const QemuConfig &config);

/// From what QEMU's monitor says to "info replay".
std::optional<std::uint64_t> replayed_instructions(std::string_view said);

/// Kernel command line of a run; `bare` chooses the policy. The guest boots on one CPU and starts
/// the others when it has loaded its modules, so that the kernel patches its text (see
/// QemuConfig::patches_text) while nobody else can run it. A kernel that is `checked` ends with
/// the first thing that its checkers find. `channel` is channel_device().
std::string kernel_command_line(bool bare, const std::string &channel = "", bool checked = false);

/// The command as a line for a shell, for the log directory.
std::string shell_line(const std::vector<std::string> &argv);

} // namespace netswap
