// SPDX-License-Identifier: GPL-2.0
#include "lib/campaign.h"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"

namespace netswap {

namespace {

/// Makes the directories of a run: its logs, and in it the mount point of its scratch space.
Status make_directories(const RunTask &task) {
    std::error_code error;
    std::filesystem::create_directories(task.log_directory + "/scratch", error);
    if (error)
        return fail(fmt::format("cannot make {}: {}", task.log_directory, error.message()),
                    exit_host);
    return {};
}

void remove_scratch(const RunTask &task) {
    ::rmdir((task.log_directory + "/scratch").c_str());
}

/// Blocks the signals that end a campaign for as long as it lives; they are read from a descriptor.
class SignalBlock {
  public:
    SignalBlock() {
        ::sigemptyset(&set_);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP})
            ::sigaddset(&set_, signal);
        ::sigprocmask(SIG_BLOCK, &set_, &old_);
    }
    ~SignalBlock() { ::sigprocmask(SIG_SETMASK, &old_, nullptr); }
    SignalBlock(const SignalBlock &) = delete;
    SignalBlock &operator=(const SignalBlock &) = delete;
    [[nodiscard]] Fd descriptor() const {
        return Fd(::signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK));
    }

  private:
    sigset_t set_{};
    sigset_t old_{};
};

/// False if the process is still there after the time given.
bool wait_for_end(pid_t pid, double limit_s) {
    for (int i = 0; i < limit_s * 100; i++) {
        if (::waitpid(pid, nullptr, WNOHANG) != 0)
            return true;
        ::usleep(10'000);
    }
    return false;
}

} // namespace

Campaign::Campaign(std::vector<RunTask> tasks, int jobs, RunLauncher launcher,
                   CampaignObserver &observer)
    : tasks_(std::move(tasks)), jobs_(static_cast<std::size_t>(jobs)),
      launcher_(std::move(launcher)), observer_(observer) {}

Status Campaign::run() {
    const SignalBlock block;
    signals_ = block.descriptor();
    while (!interrupted_ && (next_ < tasks_.size() || !slots_.empty())) {
        if (next_ < tasks_.size() && slots_.size() < jobs_) {
            if (may_start_ && !may_start_()) {
                next_ = tasks_.size();
                continue;
            }
            if (auto ok = start_next(); !ok) {
                tear_down();
                return ok;
            }
            continue;
        }
        wait();
    }
    tear_down();
    // A pending Ctrl-C has been answered; it must not strike when the mask is restored.
    signalfd_siginfo info;
    while (::read(signals_.get(), &info, sizeof(info)) > 0) {
    }
    return {};
}

Status Campaign::start_next() {
    const auto index = next_++;
    const auto &task = tasks_[index];
    if (auto ok = make_directories(task); !ok)
        return ok;
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0)
        return tl::unexpected(errno_error("pipe", errno));
    Slot slot;
    slot.task = index;
    slot.messages = Fd(pipe[0]);
    const Fd write_end(pipe[1]);
    ::fcntl(slot.messages.get(), F_SETFL, O_NONBLOCK);
    auto pid = launcher_(task, write_end.get());
    if (!pid)
        return tl::unexpected(pid.error());
    slot.pid = *pid;
    slots_.push_back(std::move(slot));
    observer_.started(task.plan);
    return {};
}

void Campaign::wait() {
    std::vector<pollfd> polls{{signals_.get(), POLLIN, 0}};
    for (const auto &slot : slots_)
        polls.push_back({slot.messages.get(), POLLIN, 0});
    if (::poll(polls.data(), polls.size(), -1) <= 0)
        return;
    if (polls[0].revents != 0) {
        interrupted_ = true;
        return;
    }
    for (std::size_t i = 0; i < slots_.size(); i++)
        if (polls[i + 1].revents != 0)
            read(slots_[i]);
    std::erase_if(slots_, [](const Slot &slot) { return !slot.messages.valid(); });
}

void Campaign::read(Slot &slot) {
    char buffer[65536];
    while (slot.messages.valid()) {
        const auto got = ::read(slot.messages.get(), buffer, sizeof(buffer));
        if (got < 0)
            return;
        if (got == 0) {
            end(slot);
            return;
        }
        slot.pending.append(buffer, static_cast<std::size_t>(got));
        std::size_t line_end = 0;
        while ((line_end = slot.pending.find('\n')) != std::string::npos) {
            take_line(slot, slot.pending.substr(0, line_end));
            slot.pending.erase(0, line_end + 1);
        }
    }
}

void Campaign::take_line(Slot &slot, const std::string &line) {
    const auto &task = tasks_[slot.task];
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object())
        return;
    if (const auto it = json.find("progress"); it != json.end()) {
        observer_.progress(task.plan, {it->value("phase", ""), it->value("touched", 0L),
                                       it->value("pswpout", 0L)});
        return;
    }
    std::vector<TestMessage> tests;
    for (const auto &t : json.value("tests", nlohmann::json::array()))
        tests.push_back({t.value("suite", ""), t.value("name", ""), t.value("ok", false),
                         t.value("skip", false), t.value("detail", "")});
    slot.got_record = true;
    observer_.finished(json.at("record").get<RunRecord>(), tests);
}

void Campaign::end(Slot &slot) {
    const auto &task = tasks_[slot.task];
    int status = 0;
    while (::waitpid(slot.pid, &status, 0) < 0 && errno == EINTR) {
    }
    slot.messages.reset();
    remove_scratch(task);
    if (slot.got_record)
        return;
    RunRecord record;
    record.arm = task.plan.arm.name;
    record.run = task.plan.run;
    record.seed = task.plan.seed;
    record.params = task.plan.params;
    record.log = task.log_directory;
    record.message = fmt::format("the process of this run died ({})", describe_wait_status(status));
    observer_.finished(record, {});
}

void Campaign::tear_down() {
    for (const auto &slot : slots_)
        ::kill(slot.pid, SIGTERM);
    for (const auto &slot : slots_) {
        if (!wait_for_end(slot.pid, 5)) {
            ::kill(slot.pid, SIGKILL);
            ::waitpid(slot.pid, nullptr, 0);
        }
        remove_scratch(tasks_[slot.task]);
    }
    slots_.clear();
}

} // namespace netswap
