// SPDX-License-Identifier: GPL-2.0
#include "guest/process.h"

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

namespace netswap::guest {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t output_limit = 16 * 1024;
int times_as_long = 1; // set once, before any child
constexpr int exit_not_started = 127;
constexpr int exit_not_prepared = 126;

[[noreturn]] void exec(const std::vector<std::string> &argv, int pipe) {
    ::dup2(pipe, STDOUT_FILENO);
    ::dup2(pipe, STDERR_FILENO);
    std::vector<char *> words;
    for (const auto &word : argv)
        words.push_back(const_cast<char *>(word.c_str()));
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::dprintf(pipe, "cannot run %s: %s\n", words[0], std::strerror(errno));
    ::_exit(exit_not_started);
}

} // namespace

std::string ProcessEnd::describe() const {
    if (timed_out)
        return "no answer in time";
    if (WIFSIGNALED(status))
        return "killed by signal " + std::to_string(WTERMSIG(status)) + " (" +
               ::strsignal(WTERMSIG(status)) + ")";
    return "exit status " + std::to_string(WEXITSTATUS(status));
}

Result<Child> Child::run(const std::vector<std::string> &argv,
                         const std::function<bool()> &prepare) {
    return call([&](int pipe) -> int {
        if (prepare && !prepare())
            return exit_not_prepared;
        exec(argv, pipe);
    });
}

Result<Child> Child::call(const std::function<int(int)> &body) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return os_error("creating a pipe");
    Fd reading(ends[0]);
    Fd writing(ends[1]);
    const auto pid = ::fork();
    if (pid < 0)
        return os_error("forking");
    if (pid == 0) {
        reading.reset();
        ::_exit(body(writing.get()));
    }
    ::fcntl(reading.get(), F_SETFL, O_NONBLOCK);
    return Child(pid, std::move(reading));
}

Child::Child(Child &&other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pipe_(std::move(other.pipe_)) {}

Child::~Child() {
    kill_now();
}

void Child::kill_now() {
    if (pid_ <= 0)
        return;
    ::kill(pid_, SIGKILL);
    // No wait for its end: a task stuck in the kernel does not die, and PID 1 reaps later.
    ::waitpid(std::exchange(pid_, -1), nullptr, WNOHANG);
}

void be_patient(int times) {
    times_as_long = times;
}

int patience() {
    return times_as_long;
}

ProcessEnd Child::follow(std::chrono::milliseconds silence,
                         const std::function<void(std::string_view)> &on_line) {
    std::string pending;
    silence *= times_as_long;
    auto deadline = Clock::now() + silence;
    bool open = true;
    ProcessEnd end;
    for (;;) {
        pollfd wait{open ? pipe_.get() : -1, POLLIN, 0};
        ::poll(&wait, 1, 20);
        // Look for the end before reading: what it wrote last is in the pipe by then.
        const bool ended = ::waitpid(pid_, &end.status, WNOHANG) == pid_;
        char buffer[4096];
        ssize_t got;
        while (open && (got = ::read(pipe_.get(), buffer, sizeof buffer)) >= 0) {
            if (got == 0) {
                open = false;
                break;
            }
            pending.append(buffer, static_cast<std::size_t>(got));
            deadline = Clock::now() + silence;
        }
        for (std::size_t stop; (stop = pending.find('\n')) != std::string::npos;) {
            on_line(std::string_view(pending).substr(0, stop));
            pending.erase(0, stop + 1);
        }
        if (ended) {
            pid_ = -1;
            break;
        }
        if (Clock::now() >= deadline) {
            end.timed_out = true;
            // Not waited for: a task stuck in the kernel does not die.
            ::kill(std::exchange(pid_, -1), SIGKILL);
            break;
        }
    }
    if (!pending.empty())
        on_line(pending);
    return end;
}

Result<std::string> run_to_end(const std::vector<std::string> &argv,
                               std::chrono::milliseconds limit) {
    auto child = Child::run(argv);
    if (!child)
        return with_context(child.error(), "starting " + argv[0]);
    std::string output;
    std::string last;
    const auto end = child->follow(limit, [&](std::string_view line) {
        last = line;
        if (output.size() < output_limit)
            output.append(line).push_back('\n');
    });
    if (!end.ok())
        return fail(argv[0] + ": " + end.describe() + (last.empty() ? "" : ": " + last));
    return output;
}

} // namespace netswap::guest
