// SPDX-License-Identifier: GPL-2.0
#include "lib/replay_run.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/console_scan.h"
#include "lib/fd.h"
#include "lib/json_field.h"
#include "lib/lab_network.h"
#include "lib/qemu_machine.h"
#include "lib/sandbox.h"
#include "lib/text.h"

namespace netswap {

namespace {

/// What the process inside tells the one outside: a JSON object a line, the last one with the
/// outcome or an error.
class Report {
  public:
    explicit Report(int fd) : fd_(fd) {}
    void progress(std::uint64_t instructions) { say({{"instructions", instructions}}); }
    void error(const Error &error) { say({{"error", error.message}, {"exit", error.code}}); }
    void outcome(const ReplayOutcome &o) {
        say({{"outcome",
              {{"same", o.same},
               {"difference", o.difference},
               {"instructions", o.instructions},
               {"seconds", o.seconds}}}});
    }

  private:
    void say(const nlohmann::json &message) {
        const auto line =
            message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
        [[maybe_unused]] auto written = ::write(fd_, line.data(), line.size());
    }
    int fd_;
};

Result<Transcript> read_transcript(const std::string &directory) {
    auto console = read_file(directory + "/" + Recording::console_name);
    auto channel = read_file(directory + "/" + Recording::channel_name);
    if (!console || !channel)
        return tl::unexpected(console ? channel.error() : console.error());
    return Transcript{std::move(*console), std::move(*channel)};
}

Result<ReplayOutcome> replay_inside(const ReplayTask &task, Report &report) {
    auto recorded = read_transcript(task.directory);
    if (!recorded)
        return tl::unexpected(recorded.error());
    const SystemClock clock;
    // Nothing comes through it: QEMU drops what does, but offers the guest what a tap can do.
    const auto network = LabNetwork::make({}, 0, clock);
    if (!network)
        return tl::unexpected(network.error());
    const auto log_file = task.out + "/qemu.log";
    const Fd log(::open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));

    QemuMachine::Options options;
    options.config = replay_config(task.recording, task.directory);
    options.config.replay.gdb_socket = task.gdb_socket;
    options.config.tap_fd = network->tap();
    options.monitor = true;
    options.log_fd = log.get();
    options.command_file = task.out + "/qemu.cmd";
    auto machine = QemuMachine::start(std::move(options));
    if (!machine)
        return tl::unexpected(machine.error());
    ReplayOptions how;
    how.debugged = !task.gdb_socket.empty();
    how.all = task.recording.instructions;
    how.progress = [&](std::uint64_t instructions) { report.progress(instructions); };
    auto outcome = Replayer(*machine, clock, std::move(*recorded), std::move(how)).run();

    const auto keep = [&](const char *name, const std::string &text) {
        return write_file(task.out + "/" + name, text);
    };
    auto kept = keep(Recording::console_name, outcome.said.console);
    if (kept)
        kept = keep(Recording::channel_name, outcome.said.channel);
    if (!kept)
        return tl::unexpected(kept.error());
    if (const auto said = read_file(log_file); !outcome.same && said && !trim(*said).empty())
        outcome.difference += fmt::format(" (QEMU: {})", last_lines(*said, 1));
    return outcome;
}

/// Ends the process inside when we are told to end; the pipe then comes to its end by itself.
volatile pid_t inside = -1;
volatile sig_atomic_t told_to_end = 0;

void end_inside(int) {
    told_to_end = 1;
    if (inside > 0)
        ::kill(inside, SIGTERM);
}

class EndSignals {
  public:
    EndSignals() {
        told_to_end = 0;
        struct sigaction action = {};
        action.sa_handler = end_inside;
        for (std::size_t i = 0; i < std::size(signals); i++)
            ::sigaction(signals[i], &action, &old_[i]);
    }
    ~EndSignals() {
        for (std::size_t i = 0; i < std::size(signals); i++)
            ::sigaction(signals[i], &old_[i], nullptr);
    }
    EndSignals(const EndSignals &) = delete;
    EndSignals &operator=(const EndSignals &) = delete;

  private:
    static constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction old_[3] = {};
};

Result<ReplayOutcome> outcome_of(const nlohmann::json &message) {
    using json_field::read;
    if (message.contains("error"))
        return fail(message.value("error", ""), message.value("exit", exit_failed));
    const auto &json = message.at("outcome");
    ReplayOutcome outcome;
    read(json, "same", outcome.same);
    read(json, "difference", outcome.difference);
    read(json, "instructions", outcome.instructions);
    read(json, "seconds", outcome.seconds);
    return outcome;
}

} // namespace

Result<ReplayOutcome> run_replay(const ReplayTask &task,
                                 const std::function<void(std::uint64_t)> &progress) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0)
        return tl::unexpected(errno_error("pipe", errno, exit_host));
    Fd write_end(pipe[1]);
    const std::unique_ptr<FILE, int (*)(FILE *)> lines(::fdopen(pipe[0], "r"), std::fclose);
    Report report(write_end.get());
    const EndSignals signals;
    const auto pid = start_sandbox(
        [&] {
            const auto outcome = replay_inside(task, report);
            outcome ? report.outcome(*outcome) : report.error(outcome.error());
            return 0;
        },
        [&](const Error &error) { report.error(error); });
    write_end.reset();
    if (!pid)
        return tl::unexpected(pid.error());
    inside = *pid;
    Result<ReplayOutcome> result = fail("the replay ended without an outcome");
    char buffer[8192];
    while (std::fgets(buffer, sizeof(buffer), lines.get())) {
        const auto message = nlohmann::json::parse(buffer, nullptr, false);
        if (message.contains("instructions"))
            progress(message.value("instructions", std::uint64_t{0}));
        else if (message.contains("error") || message.contains("outcome"))
            result = outcome_of(message);
    }
    while (::waitpid(*pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    inside = -1;
    if (told_to_end != 0)
        return fail("interrupted; everything was taken down", exit_interrupted);
    return result;
}

} // namespace netswap
