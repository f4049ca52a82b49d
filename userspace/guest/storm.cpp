// SPDX-License-Identifier: GPL-2.0
#include "guest/storm.h"

#include "guest/churn.h"
#include "guest/clock.h"
#include "guest/hostile_holder.h"
#include "guest/memory_cgroup.h"
#include "guest/memory_lock.h"
#include "guest/worker.h"

#include <algorithm>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <sys/wait.h>

namespace netswap::guest {
namespace {

constexpr std::uint64_t ns_per_ms = 1'000'000;
constexpr std::uint64_t look_ns = 50 * ns_per_ms;
constexpr std::size_t churn_text_bytes = 16 * 1024;
constexpr std::uint64_t pages_per_mib = (1U << 20) / page_bytes;

sigset_t child_signal() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGCHLD);
    return set;
}

std::string describe_mismatch(int worker, const WorkerSlot &slot) {
    char text[200];
    std::snprintf(text, sizeof text,
                  "worker %d page %" PRIu64 " offset %" PRIu32 " pass %" PRIu32
                  ": expected %016" PRIx64 " found %016" PRIx64,
                  worker, slot.bad_page, slot.bad.offset, slot.pass.load(), slot.bad.expected,
                  slot.bad.found);
    return text;
}

} // namespace

Result<Storm> Storm::create(Channel &channel, const Config &config, Kmsg &kmsg) {
    auto board = Board::create(config.workers);
    if (!board)
        return tl::unexpected(board.error());
    auto monitor = Monitor::create();
    if (!monitor)
        return tl::unexpected(monitor.error());
    Storm storm(channel, config, kmsg, std::move(*board), std::move(*monitor));
    storm.told_to_end_ = config.end_limit_s == 0;
    storm.board_.may_end().store(config.churn_rounds == 0 && storm.told_to_end_);
    const auto blocked = child_signal();
    ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
    if (auto done = storm.fork_workers(); !done) {
        storm.kill_workers();
        return tl::unexpected(done.error());
    }
    return storm;
}

Result<void> Storm::fork_workers() {
    if (!config_.hostile.empty()) {
        auto holder = start_hostile_holder(config_.hostile);
        if (!holder)
            return with_context(holder.error(), "--hostile");
        hostile_.emplace(std::move(*holder));
    }
    pids_.assign(static_cast<std::size_t>(config_.workers), 0);
    const auto pages =
        config_.map_mib * pages_per_mib / static_cast<std::uint64_t>(config_.workers);
    for (int worker = 0; worker < config_.workers; ++worker) {
        const auto pid = ::fork();
        if (pid < 0)
            return os_error("forking worker " + std::to_string(worker));
        if (pid == 0)
            ::_exit(run_worker(board_, {worker, config_.seed, pages, config_.passes}));
        if (asks_for(config_.hostile, "memcg"))
            if (auto done = join_memory_cgroup(pid); !done)
                return with_context(done.error(), "moving worker " + std::to_string(worker));
        pids_[static_cast<std::size_t>(worker)] = pid;
        ++running_;
    }
    if (config_.daemon_faults) {
        auto killer = DaemonKiller::start();
        if (!killer)
            return with_context(killer.error(), "preparing to kill netswapd");
        killer_.emplace(std::move(*killer));
        killer_text_.reserve(churn_text_bytes);
    }
    if (config_.failing_allocations) {
        auto failing = FailingAllocations::open();
        if (!failing)
            return tl::unexpected(failing.error());
        failing_.emplace(std::move(*failing));
    }
    if (config_.churn_rounds == 0)
        return {};
    auto churn = start_churn(board_, config_);
    if (!churn)
        return with_context(churn.error(), "starting the module churn");
    churn_.emplace(std::move(*churn));
    churn_running_ = true;
    churn_text_.reserve(churn_text_bytes);
    return {};
}

Verdict Storm::run() {
    if (auto locked = lock_in_memory(); !locked) {
        kill_workers();
        return {Outcome::error, locked.error().message, 0};
    }
    const auto start = monotonic_ns();
    const auto period = static_cast<std::uint64_t>(config_.sample_ms) * ns_per_ms;
    const auto end_limit = static_cast<std::uint64_t>(config_.end_limit_s) * 1000 * ns_per_ms;
    board_.go().store(true, std::memory_order_release);
    auto next_sample = start;
    while ((running_ > 0 || churn_running_) && !failure_) {
        announce_pass();
        if (monotonic_ns() >= next_sample) {
            monitor_.sample(channel_, board_.touched());
            kmsg_.watch();
            next_sample = std::max(next_sample + period, monotonic_ns());
        }
        follow_orders();
        forward_helpers();
        const bool look_often = churn_running_ || config_.end_limit_s > 0;
        wait_for_child(look_often ? std::min(next_sample, monotonic_ns() + look_ns) : next_sample);
        reap();
        if (!told_to_end_ && monotonic_ns() > start + end_limit)
            give_up(Outcome::error, "the host did not end the storm in time");
    }
    forward_helpers();
    monitor_.sample(channel_, board_.touched());
    kmsg_.watch();
    if (failure_) {
        kill_workers();
        return *failure_;
    }
    Verdict verdict{Outcome::pass, "", static_cast<double>(board_.last_done_ns() - start) / 1e9};
    if (const auto fault = kmsg_.fault())
        verdict = {Outcome::error, "kernel log: " + std::string(*fault), verdict.elapsed_s};
    return verdict;
}

void Storm::wait_for_child(std::uint64_t until_ns) {
    const auto now = monotonic_ns();
    if (until_ns <= now)
        return;
    const auto left = until_ns - now;
    const timespec limit{static_cast<time_t>(left / 1'000'000'000U),
                         static_cast<long>(left % 1'000'000'000U)};
    const auto set = child_signal();
    ::sigtimedwait(&set, nullptr, &limit);
}

void Storm::reap() {
    int status = 0;
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        if (churn_ && pid == churn_->pid()) {
            churn_ended(status);
            continue;
        }
        if (hostile_ && pid == hostile_->pid()) {
            hostile_->forget();
            give_up(Outcome::error, "the process that holds the sockets for --hostile ended: " +
                                        ProcessEnd{status, false}.describe());
            continue;
        }
        if (killer_ && pid == killer_->pid()) {
            killer_->forget();
            give_up(Outcome::error, "the process that kills netswapd ended early: " +
                                        ProcessEnd{status, false}.describe());
            continue;
        }
        const auto at = std::find(pids_.begin(), pids_.end(), pid);
        if (at == pids_.end())
            continue; // an orphan that came to PID 1
        *at = 0;
        --running_;
        worker_ended(static_cast<int>(at - pids_.begin()), status);
    }
}

void Storm::worker_ended(int worker, int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == worker_done)
        return;
    const auto who = "worker " + std::to_string(worker);
    if (WIFEXITED(status) && WEXITSTATUS(status) == worker_corrupt)
        give_up(Outcome::corrupt, describe_mismatch(worker, board_.slot(worker)));
    else if (WIFEXITED(status) && WEXITSTATUS(status) == worker_no_memory)
        give_up(Outcome::error, who + " could not map its memory");
    else if (WIFSIGNALED(status))
        worker_killed(who, status);
    else
        give_up(Outcome::error, who + " ended early: " + ProcessEnd{status, false}.describe());
}

void Storm::worker_killed(const std::string &who, int status) {
    switch (WTERMSIG(status)) {
    case SIGKILL:
        return give_up(Outcome::oom, who + " was killed");
    case SIGBUS:
        return give_up(Outcome::error, who + ": a page could not be read back from swap");
    case SIGSEGV:
    case SIGILL:
    case SIGTRAP:
        // The worker's stack and data go through swap as well. Where a page of its stack is lost no
        // signal can be delivered, so it dies of this one.
        kmsg_.watch();
        if (kmsg_.page_lost())
            return give_up(Outcome::error, who + ": a page could not be read back from swap");
        return give_up(Outcome::corrupt, who + ": its own memory came back wrong: " +
                                             ProcessEnd{status, false}.describe());
    default:
        give_up(Outcome::error, who + " ended early: " + ProcessEnd{status, false}.describe());
    }
}

void Storm::churn_ended(int status) {
    churn_running_ = false;
    churn_->forget();
    let_end();
    if (status != 0)
        give_up(Outcome::error, "module churn failed: " + ProcessEnd{status, false}.describe() +
                                    " (see the churn messages)");
}

void Storm::let_end() {
    if (told_to_end_ && !churn_running_)
        board_.may_end().store(true);
}

void Storm::forward(int pipe, std::string &text) {
    char buffer[2048];
    ssize_t got;
    while ((got = ::read(pipe, buffer, sizeof buffer)) > 0)
        text.append(buffer, static_cast<std::size_t>(got));
    for (std::size_t end; (end = text.find('\n')) != std::string::npos;) {
        channel_.send(std::string_view(text).substr(0, end));
        text.erase(0, end + 1);
    }
}

void Storm::forward_helpers() {
    if (churn_)
        forward(churn_->pipe(), churn_text_);
    if (killer_)
        forward(killer_->pipe(), killer_text_);
}

void Storm::announce_pass() {
    const std::int64_t pass = board_.slowest_pass();
    if (pass == announced_pass_)
        return;
    announced_pass_ = pass;
    char text[32] = "write";
    if (pass > 0)
        std::snprintf(text, sizeof text, "verify %" PRId64, pass);
    send_phase(channel_, text);
}

void Storm::give_up(Outcome outcome, std::string message) {
    if (!failure_)
        failure_ = Verdict{outcome, std::move(message), 0};
}

void Storm::kill_workers() {
    for (const auto pid : pids_)
        if (pid > 0)
            ::kill(pid, SIGKILL);
}

} // namespace netswap::guest
