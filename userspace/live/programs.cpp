// SPDX-License-Identifier: GPL-2.0
#include "live/programs.h"

#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/text.h"

namespace netswap::live {

namespace {

constexpr std::size_t longest_output = 16 << 10;

/// What the pipe brings until its end, the program's end or the time limit; false at the limit. A
/// program that leaves a daemon behind may leave the pipe open with it.
bool collect(int pipe, int pidfd, double limit_s, std::string &out) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(limit_s);
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        pollfd wait[] = {{pipe, POLLIN, 0}, {pidfd, POLLIN, 0}};
        if (left.count() <= 0 || ::poll(wait, 2, static_cast<int>(left.count())) == 0)
            return false;
        if (wait[0].revents == 0 && wait[1].revents != 0)
            return true;
        char buffer[1024];
        const auto got = ::read(pipe, buffer, sizeof buffer);
        if (got == 0 || (got < 0 && errno != EINTR))
            return true;
        if (got > 0 && out.size() < longest_output)
            out.append(buffer, static_cast<std::size_t>(got));
    }
}

std::string last_line(std::string_view text) {
    text = trim(text);
    const auto at = text.rfind('\n');
    return std::string(at == std::string_view::npos ? text : text.substr(at + 1));
}

} // namespace

Status run_program(const std::vector<std::string> &words, double limit_s) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return tl::unexpected(errno_error("pipe", errno));
    const Fd read_end(ends[0]);
    Fd write_end(ends[1]);
    SpawnOptions options;
    options.out = write_end.get();
    auto child = Child::spawn(words, options);
    write_end.reset();
    if (!child)
        return tl::unexpected(child.error());
    std::string said;
    if (!collect(read_end.get(), child->pidfd(), limit_s, said))
        return fail(fmt::format("{} did not end within {} s", words.front(), limit_s));
    std::optional<int> status;
    for (int i = 0; i < 500 && !(status = child->poll()); ++i)
        ::usleep(10'000);
    if (status && *status == 0)
        return {};
    const auto line = last_line(said);
    return fail(line.empty() && status
                    ? fmt::format("{}: {}", words.front(), describe_wait_status(*status))
                    : line);
}

} // namespace netswap::live
