// SPDX-License-Identifier: GPL-2.0
#include "lib/qemu_machine.h"

#include <cerrno>
#include <cmath>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "lib/tap.h"
#include "lib/text.h"

namespace netswap {

namespace {

struct Pair {
    Fd ours;
    Fd theirs;
};

/// What a recorded guest says goes through pipes: it hears nothing by these ports, and with sockets
/// behind them QEMU 7.2 loses its place in the recording.
Result<Pair> wide_pipe() {
    constexpr int bytes = 1 << 20; // QEMU must never find it full
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0)
        return tl::unexpected(errno_error("pipe", errno));
    Pair pair{Fd(fds[0]), Fd(fds[1])};
    ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
    ::fcntl(fds[0], F_SETPIPE_SZ, bytes);
    return pair;
}

Result<Pair> socket_pair() {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return tl::unexpected(errno_error("socketpair", errno));
    ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
    return Pair{Fd(fds[0]), Fd(fds[1])};
}

/// A recording has its end only if QEMU may write it.
constexpr double recording_end_s = 30;

/// A guest that floods its channel without a line end must not take our memory with it.
constexpr std::size_t longest_line = 4 << 20;

} // namespace

Result<QemuMachine> QemuMachine::start(Options options) {
    const bool deaf = options.config.replay.mode != ReplayConfig::Mode::none;
    auto console = deaf ? wide_pipe() : socket_pair();
    auto channel = deaf ? wide_pipe() : socket_pair();
    if (!console || !channel)
        return tl::unexpected(console ? channel.error() : console.error());
    options.config.console_fd = console->theirs.get();
    options.config.verdict_fd = channel->theirs.get();
    Pair monitor;
    if (options.monitor) {
        auto pair = socket_pair();
        if (!pair)
            return tl::unexpected(pair.error());
        monitor = std::move(*pair);
        options.config.monitor_fd = monitor.theirs.get();
    }

    const auto argv = qemu_command(options.config);
    if (!options.command_file.empty())
        if (auto ok = write_file(options.command_file, shell_line(argv) + "\n"); !ok)
            return tl::unexpected(ok.error());

    SpawnOptions spawn;
    spawn.out = options.log_fd;
    spawn.keep = {options.config.console_fd, options.config.verdict_fd};
    for (const int fd : {options.config.tap_fd, options.config.monitor_fd})
        if (fd >= 0)
            spawn.keep.push_back(fd);
    auto qemu = Child::spawn(argv, spawn);
    if (!qemu)
        return with_context(qemu.error(), "starting QEMU");

    Fd console_log;
    if (!options.console_file.empty())
        console_log = Fd(
            ::open(options.console_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll.valid())
        return tl::unexpected(errno_error("epoll", errno));
    QemuMachine machine(std::move(options), std::move(*qemu), std::move(console->ours),
                        std::move(channel->ours), std::move(epoll));
    machine.console_log_ = std::move(console_log);
    machine.monitor_ = QemuMonitor(std::move(monitor.ours));
    bool ok = machine.watch(machine.console_.get()) && machine.watch(machine.channel_.get()) &&
              machine.watch(machine.qemu_.pidfd());
    if (machine.options_.server)
        ok = ok && machine.watch(machine.options_.server->pidfd());
    if (!ok)
        return tl::unexpected(errno_error("epoll", errno));
    return machine;
}

bool QemuMachine::watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

MachineEvent QemuMachine::wait(double limit_s) {
    if (events_.empty()) {
        epoll_event ready[4];
        const int timeout = limit_s > 0 ? static_cast<int>(std::ceil(limit_s * 1000)) : 0;
        const int count = ::epoll_wait(epoll_.get(), ready, 4, timeout);
        // Text first: what was said before an end explains it.
        if (count > 0) {
            read_console();
            read_channel();
            check_ends();
        }
    }
    if (events_.empty())
        return {};
    auto event = std::move(events_.front());
    events_.pop_front();
    return event;
}

void QemuMachine::read_console() {
    char buffer[16384];
    while (console_.valid()) {
        const auto got = ::read(console_.get(), buffer, sizeof(buffer));
        if (got > 0) {
            if (console_log_.valid()) [[maybe_unused]]
                auto copied = ::write(console_log_.get(), buffer, static_cast<std::size_t>(got));
            events_.push_back(
                {MachineEvent::Kind::console, std::string(buffer, static_cast<std::size_t>(got))});
            continue;
        }
        if (got == 0)
            console_.reset();
        return;
    }
}

void QemuMachine::read_channel() {
    char buffer[16384];
    while (channel_.valid()) {
        const auto got = ::read(channel_.get(), buffer, sizeof(buffer));
        if (got <= 0) {
            if (got == 0)
                channel_.reset();
            return;
        }
        pending_.append(buffer, static_cast<std::size_t>(got));
        std::size_t end = 0;
        while ((end = pending_.find('\n')) != std::string::npos) {
            if (const auto line = trim(std::string_view(pending_).substr(0, end)); !line.empty())
                events_.push_back({MachineEvent::Kind::channel_line, std::string(line)});
            pending_.erase(0, end + 1);
        }
        if (pending_.size() > longest_line)
            pending_.clear();
    }
}

void QemuMachine::check_ends() {
    if (!server_ended_ && options_.server)
        if (const auto status = options_.server->poll()) {
            server_ended_ = true;
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, options_.server->pidfd(), nullptr);
            events_.push_back({MachineEvent::Kind::server_end, describe_wait_status(*status)});
        }
    if (!ended_)
        if (const auto status = qemu_.poll()) {
            ended_ = true;
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, qemu_.pidfd(), nullptr);
            read_console();
            read_channel();
            events_.push_back({MachineEvent::Kind::machine_end, describe_wait_status(*status)});
        }
}

void QemuMachine::watch_server(Child *server) {
    if (options_.server && !server_ended_)
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, options_.server->pidfd(), nullptr);
    options_.server = server;
    server_ended_ = false;
    if (server)
        watch(server->pidfd());
}

Status QemuMachine::set_carrier(bool on) {
    const auto done = monitor_.ask(fmt::format("set_link {} {}", qemu_netdev, on ? "on" : "off"));
    return done ? Status{} : tl::unexpected(done.error());
}

Result<std::uint64_t> QemuMachine::instructions() {
    const auto said = monitor_.ask("info replay");
    if (!said)
        return tl::unexpected(said.error());
    const auto count = replayed_instructions(*said);
    if (!count)
        return fail(fmt::format("QEMU neither records nor replays: {}", *said));
    return *count;
}

bool QemuMachine::paused() {
    const auto said = monitor_.ask("info status");
    return said && said->find("paused") != std::string::npos;
}

void QemuMachine::send_line(const std::string &line) {
    if (channel_.valid()) [[maybe_unused]]
        auto sent = ::send(channel_.get(), line.data(), line.size(), MSG_NOSIGNAL);
}

void QemuMachine::send_sysrq(char key) {
    if (records()) {
        // BREAK would not be in the recording; keys are. A kernel without a keyboard hears nothing.
        [[maybe_unused]] auto sent = monitor_.ask(fmt::format("sendkey alt-sysrq-{}", key));
        return;
    }
    // Ctrl-A b: QEMU's escape for BREAK. The guest takes the next character as the sysrq.
    if (!console_.valid())
        return;
    [[maybe_unused]] auto sent = ::send(console_.get(), "\001b", 2, MSG_NOSIGNAL);
    ::usleep(100'000);
    sent = ::send(console_.get(), &key, 1, MSG_NOSIGNAL);
}

std::uint64_t QemuMachine::wire_bytes() {
    if (options_.wire_port != 0)
        return tcp_bytes_.read();
    return options_.interface_name.empty() ? 0 : interface_bytes(options_.interface_name);
}

void QemuMachine::stop() {
    if (records())
        last_instructions_ = instructions().value_or(0);
    qemu_.stop(records() ? recording_end_s : 0);
}

} // namespace netswap
