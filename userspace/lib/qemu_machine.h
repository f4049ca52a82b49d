// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "lib/child.h"
#include "lib/fd.h"
#include "lib/machine.h"
#include "lib/qemu_command.h"
#include "lib/qemu_monitor.h"
#include "lib/result.h"
#include "lib/tcp_bytes.h"

namespace netswap {

/// A guest under QEMU, with an NBD server beside it whose end is reported too.
class QemuMachine final : public CountedMachine {
  public:
    struct Options {
        QemuConfig config;        ///< its sockets are filled in here
        bool monitor = false;     ///< for set_carrier(), instructions() and paused(), and to record
        std::string command_file; ///< where the command line is written, "" for nowhere
        std::string console_file; ///< copy of what the console prints, "" for none
        int log_fd = -1;          ///< QEMU's own messages
        Child *server = nullptr;  ///< watched, not owned; may be null
        std::string interface_name;  ///< for wire_bytes()
        std::uint16_t wire_port = 0; ///< if not 0, only this TCP port of the host counts there
    };
    static Result<QemuMachine> start(Options options);

    QemuMachine(QemuMachine &&) = default;

    MachineEvent wait(double limit_s) override;
    void send_line(const std::string &line) override;
    void send_sysrq(char key) override;
    std::uint64_t wire_bytes() override;
    void stop() override;

    /// From now on this server's end is an event; null: nobody's is.
    void watch_server(Child *server);
    /// Plugs the guest's network cable in or pulls it.
    Status set_carrier(bool on);
    /// How many the guest has made, by a machine that records or replays.
    Result<std::uint64_t> instructions() override;
    /// Whether the guest stands still, as at the end of a recording.
    bool paused() override;
    /// The same as it was when the machine was stopped; 0 if it was not known.
    [[nodiscard]] std::uint64_t last_instructions() const { return last_instructions_; }

  private:
    QemuMachine(Options options, Child qemu, Fd console, Fd channel, Fd epoll)
        : options_(std::move(options)), qemu_(std::move(qemu)), console_(std::move(console)),
          channel_(std::move(channel)), epoll_(std::move(epoll)), tcp_bytes_(options_.wire_port) {}

    bool watch(int fd);
    void read_console();
    void read_channel();
    void check_ends();
    [[nodiscard]] bool records() const {
        return options_.config.replay.mode == ReplayConfig::Mode::record;
    }

    Options options_;
    Child qemu_;
    Fd console_;
    Fd console_log_;
    Fd channel_;
    Fd epoll_;
    QemuMonitor monitor_{Fd()};
    TcpBytes tcp_bytes_;
    std::string pending_; ///< begin of a line of the channel
    std::deque<MachineEvent> events_;
    std::uint64_t last_instructions_ = 0;
    bool ended_ = false;
    bool server_ended_ = false;
};

} // namespace netswap
