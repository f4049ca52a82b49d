// SPDX-License-Identifier: GPL-2.0
#include "lib/qemu_monitor.h"

#include <cerrno>
#include <cmath>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/text.h"

namespace netswap {

namespace {

constexpr double limit_s = 2;
constexpr std::string_view prompt = "(qemu) ";

} // namespace

std::optional<std::string> monitor_answer(std::string_view said) {
    const auto echo_end = said.find('\n');
    if (echo_end == std::string_view::npos)
        return std::nullopt;
    const auto answer = said.substr(echo_end + 1);
    if (answer.starts_with(prompt))
        return "";
    const auto next = answer.find("\n" + std::string(prompt));
    if (next == std::string_view::npos)
        return std::nullopt;
    return std::string(trim(answer.substr(0, next)));
}

Status QemuMonitor::read_more(std::string &said, double end) {
    pollfd wait{socket_.get(), POLLIN, 0};
    const double left = end - SystemClock().now();
    if (left <= 0 || ::poll(&wait, 1, static_cast<int>(std::ceil(left * 1000))) <= 0)
        return fail("QEMU's monitor does not answer");
    char buffer[4096];
    const auto got = ::read(socket_.get(), buffer, sizeof(buffer));
    if (got <= 0)
        return fail("QEMU's monitor is gone");
    said.append(buffer, static_cast<std::size_t>(got));
    return {};
}

Result<std::string> QemuMonitor::ask(const std::string &command) {
    if (!socket_.valid())
        return fail("QEMU runs without a monitor");
    const double end = SystemClock().now() + limit_s;
    for (std::string said; !greeted_; greeted_ = said.find(prompt) != std::string::npos)
        if (auto ok = read_more(said, end); !ok)
            return tl::unexpected(ok.error());
    char old[4096]; // of a command whose answer came too late
    while (::read(socket_.get(), old, sizeof(old)) > 0) {
    }
    const auto line = command + "\n";
    if (::send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0)
        return tl::unexpected(errno_error("QEMU's monitor", errno));
    std::string said;
    std::optional<std::string> answer;
    while (!(answer = monitor_answer(said)))
        if (auto ok = read_more(said, end); !ok)
            return tl::unexpected(ok.error());
    if (answer->find("rror") != std::string::npos || answer->find("unknown") != std::string::npos)
        return fail(fmt::format("QEMU's monitor refuses '{}': {}", command, *answer));
    return *answer;
}

} // namespace netswap
