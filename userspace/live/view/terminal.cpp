// SPDX-License-Identifier: GPL-2.0
#include "live/view/terminal.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace netswap::live {

namespace {

constexpr std::string_view to_own_screen = "\033[?1049h\033[?25l";
constexpr std::string_view to_old_screen = "\033[?25h\033[?1049l";

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto done = ::write(fd, bytes.data(), bytes.size());
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return; // nobody looks any more
        bytes.remove_prefix(static_cast<std::size_t>(done));
    }
}

winsize size_of(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        size = {24, 80, 0, 0};
    return size;
}

} // namespace

std::string screen_bytes(const std::vector<std::string> &lines) {
    std::string bytes = "\033[H";
    for (std::size_t i = 0; i < lines.size(); ++i)
        bytes += (i == 0 ? "" : "\r\n") + lines[i] + "\033[K";
    return bytes + "\033[J";
}

Result<Terminal> Terminal::open(int in, int out) {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP})
        sigaddset(&set, signal);
    Fd signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals.valid() || ::sigprocmask(SIG_BLOCK, &set, nullptr) != 0)
        return tl::unexpected(errno_error("taking signals", errno));
    Terminal terminal(in, out, std::move(signals));
    terminal.enter();
    return terminal;
}

Terminal::Terminal(Terminal &&other) noexcept
    : in_(other.in_), out_(other.out_), signals_(std::move(other.signals_)),
      entered_(std::exchange(other.entered_, false)), keys_(other.keys_), before_(other.before_) {}

Terminal::~Terminal() {
    leave();
}

void Terminal::enter() {
    keys_ = ::tcgetattr(in_, &before_) == 0;
    if (keys_) {
        auto raw = before_;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        raw.c_cc[VMIN] = 0;
        raw.c_cc[VTIME] = 0;
        ::tcsetattr(in_, TCSANOW, &raw);
    }
    write_all(out_, to_own_screen);
    entered_ = true;
}

void Terminal::leave() {
    if (!entered_)
        return;
    write_all(out_, to_old_screen);
    if (keys_)
        ::tcsetattr(in_, TCSANOW, &before_);
    entered_ = false;
}

void Terminal::draw(const std::vector<std::string> &lines) const {
    write_all(out_, screen_bytes(lines));
}

int Terminal::columns() const {
    return size_of(out_).ws_col;
}

int Terminal::rows() const {
    return size_of(out_).ws_row;
}

Terminal::Happened Terminal::take_signal() {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof(info)) != static_cast<ssize_t>(sizeof(info)))
        return Happened::timeout;
    if (info.ssi_signo == SIGTSTP) {
        leave();
        ::raise(SIGSTOP);
        enter();
        return Happened::redraw;
    }
    return info.ssi_signo == SIGWINCH ? Happened::redraw : Happened::quit;
}

Terminal::Happened Terminal::wait(int timeout_ms) {
    std::array<pollfd, 2> fds = {pollfd{signals_.get(), POLLIN, 0},
                                 pollfd{keys_ ? in_ : -1, POLLIN, 0}};
    if (::poll(fds.data(), fds.size(), timeout_ms) <= 0)
        return Happened::timeout;
    if (fds[0].revents != 0)
        return take_signal();
    if ((fds[1].revents & (POLLHUP | POLLERR)) != 0)
        return Happened::quit;
    std::array<char, 64> keys{};
    const auto got = ::read(in_, keys.data(), keys.size());
    const std::string_view typed(keys.data(), static_cast<std::size_t>(got > 0 ? got : 0));
    return typed.find_first_of("qQ\003\004") == std::string_view::npos ? Happened::redraw
                                                                       : Happened::quit;
}

} // namespace netswap::live
