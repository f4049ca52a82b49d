// SPDX-License-Identifier: GPL-2.0
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/live_commands.h"
#include "lib/hang_analysis.h"
#include "lib/host_probe.h"
#include "lib/recording.h"
#include "lib/replay_run.h"
#include "lib/text.h"
#include "report/terminal_text.h"

namespace netswap::cli {

namespace {

namespace fs = std::filesystem;

struct ReplayFlags {
    std::string directory;
    int times = 1;
    bool gdb = false;
};

constexpr double million = 1e6;
constexpr const char *gdb_socket_name = "gdb.sock";

/// One line on a terminal that is written over; nothing elsewhere.
class Meter {
  public:
    explicit Meter(std::uint64_t total) : total_(total), terminal_(::isatty(STDERR_FILENO) != 0) {}
    ~Meter() {
        if (drawn_)
            fmt::print(stderr, "\r\033[K");
    }
    Meter(const Meter &) = delete;
    Meter &operator=(const Meter &) = delete;

    void show(std::uint64_t instructions) {
        if (!terminal_)
            return;
        drawn_ = true;
        fmt::print(stderr, "\r\033[K{:.0f} million instructions",
                   static_cast<double>(instructions) / million);
        if (total_ > 0)
            fmt::print(stderr, " of {:.0f}", static_cast<double>(total_) / million);
        std::fflush(stderr);
    }

  private:
    std::uint64_t total_;
    bool terminal_;
    bool drawn_ = false;
};

class Replay {
  public:
    explicit Replay(ReplayFlags flags) : flags_(std::move(flags)) {}

    int run() {
        if (auto ok = prepare(); !ok)
            return complain(ok.error());
        const auto &record = recording_.record;
        fmt::print("recorded: {} {}, run {}, {} MiB, {}: {}\n", record.params.kernel, record.arm,
                   record.run, recording_.mem_mib, recording_.nic,
                   printable(fmt::format("{}{}{}", to_string(record.verdict),
                                         record.message.empty() ? "" : ", ", record.message)));
        std::fflush(stdout);
        int different = 0;
        for (int i = 1; i <= flags_.times; i++) {
            const auto same = once(i);
            if (!same)
                return complain(same.error());
            different += *same ? 0 : 1;
        }
        return different == 0 ? exit_ok : exit_failed;
    }

  private:
    Status prepare() {
        auto recording = load_recording(flags_.directory);
        if (!recording)
            return tl::unexpected(recording.error());
        recording_ = std::move(*recording);
        flags_.directory = fs::canonical(flags_.directory).string();
        const RealHost host;
        HostNeeds needs;
        needs.log_directory = flags_.directory;
        needs.memory_mib = recording_.mem_mib + 100;
        if (auto ok = check_host(host, needs); !ok)
            return ok;
        if (const auto qemu = host.qemu_version(); qemu && *qemu != recording_.qemu)
            fmt::print(stderr,
                       "netswap: recorded by QEMU {}, this is {}: the replay may go another way\n",
                       printable(recording_.qemu), *qemu);
        return {};
    }

    Result<bool> once(int number) {
        ReplayTask task;
        task.recording = recording_;
        task.directory = flags_.directory;
        task.out = fmt::format("{}/replay-{}", flags_.directory, number);
        std::error_code error;
        fs::create_directories(task.out, error);
        if (error)
            return fail(fmt::format("{}: {}", task.out, error.message()), exit_host);
        if (flags_.gdb) {
            task.gdb_socket = task.out + "/" + gdb_socket_name;
            fs::remove(task.gdb_socket, error);
            invite(task.gdb_socket);
        }
        auto outcome = [&] {
            Meter meter(recording_.instructions);
            return run_replay(task, [&](std::uint64_t now) { meter.show(now); });
        }();
        if (flags_.gdb)
            fs::remove(task.gdb_socket, error);
        if (!outcome)
            return tl::unexpected(outcome.error());
        tell(number, *outcome, task.out);
        return outcome->same;
    }

    /// How to attach.
    void invite(const std::string &socket) const {
        const auto &symbols = recording_.vmlinux;
        std::error_code ignored;
        const bool there = !symbols.empty() && fs::exists(symbols, ignored);
        fmt::print("the guest waits for gdb:\n  gdb {} -ex 'target remote {}'\n",
                   there ? symbols : "", socket);
        const auto scripts = fs::path(symbols).parent_path() / "vmlinux-gdb.py";
        if (there && fs::exists(scripts, ignored))
            fmt::print("the kernel's helpers (lx-ps, lx-dmesg, ...): source {}\n",
                       scripts.string());
        else
            fmt::print("symbols and the kernel's helpers come with a kernel such as 6.12-gdb\n");
        fmt::print("'continue' goes on to the end of the recording and stops there; 'kill' ends "
                   "it\n");
        std::fflush(stdout);
    }

    void tell(int number, const ReplayOutcome &outcome, const std::string &out) const {
        fmt::print("replay {}: {:.0f} million instructions in {:.0f} s, ", number,
                   static_cast<double>(outcome.instructions) / million, outcome.seconds);
        if (outcome.same)
            fmt::print("console and messages are those recorded\n");
        else
            fmt::print("not as recorded: {}\n", printable(outcome.difference));
        const auto console = read_file(out + "/" + Recording::console_name);
        if (const auto at = recording_.diagnosis_at; console && at && console->size() > *at) {
            const auto hang =
                analyse_hang(std::string_view(*console).substr(*at), recording_.record.samples);
            for (const auto &line : hang.cycle)
                fmt::print("  {}\n", printable(line));
        }
        fmt::print("logs: {}\n", out);
        std::fflush(stdout);
    }

    ReplayFlags flags_;
    Recording recording_;
};

} // namespace

void add_replay(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "replay", "make a recorded run of 'netswap storm --record' again, instruction by "
                  "instruction");
    auto flags = std::make_shared<ReplayFlags>();
    command->add_option("directory", flags->directory, "log directory of the run")->required();
    command->add_option("--times", flags->times, "so many times")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_flag("--gdb", flags->gdb,
                      "wait for gdb before the first instruction; says how to attach");
    command->callback([&exit_code, flags] { exit_code = Replay(*flags).run(); });
}

} // namespace netswap::cli
