// SPDX-License-Identifier: GPL-2.0
#include "guest/channel.h"

#include "guest/sysfile.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <poll.h>
#include <termios.h>
#include <thread>
#include <utility>

namespace netswap::guest {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

std::optional<std::string> device_of(std::string_view port_name) {
    std::error_code none;
    for (const auto &entry : std::filesystem::directory_iterator("/sys/class/virtio-ports", none))
        if (read_word(entry.path() / "name") == port_name)
            return "/dev/" + entry.path().filename().string();
    return std::nullopt;
}

} // namespace

Result<PortChannel> PortChannel::open(std::string_view port_name, std::chrono::milliseconds limit) {
    const auto end = Clock::now() + limit;
    do {
        if (const auto device = device_of(port_name)) {
            Fd port(::open(device->c_str(), O_RDWR | O_CLOEXEC));
            if (port.valid())
                return PortChannel(std::move(port));
            if (errno != EBUSY && errno != ENOENT)
                return os_error("opening " + *device);
        }
        std::this_thread::sleep_for(10ms);
    } while (Clock::now() < end);
    return fail("no virtio serial port named " + std::string(port_name) +
                " (QEMU needs -device virtserialport,name=" + std::string(port_name) + ")");
}

Result<PortChannel> PortChannel::open_serial(const std::string &name) {
    const auto device = "/dev/" + name;
    Fd port(::open(device.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    termios settings{};
    if (!port.valid() || ::tcgetattr(port.get(), &settings) != 0)
        return os_error("opening " + device);
    ::cfmakeraw(&settings);
    if (::tcsetattr(port.get(), TCSANOW, &settings) != 0)
        return os_error("setting " + device);
    return PortChannel(std::move(port));
}

std::string_view serial_channel(std::string_view command_line) {
    constexpr std::string_view name = "netswap.channel=";
    const auto at = command_line.find(name);
    if (at == std::string_view::npos)
        return {};
    const auto value = command_line.substr(at + name.size());
    return value.substr(0, value.find_first_of(" \n"));
}

void PortChannel::send(std::string_view line) {
    line = line.substr(0, max_line);
    std::copy(line.begin(), line.end(), out_.begin());
    out_[line.size()] = '\n';
    const char *next = out_.data();
    std::size_t left = line.size() + 1;
    while (left > 0) {
        const auto sent = ::write(port_.get(), next, left);
        if (sent < 0 && errno != EINTR && errno != EAGAIN)
            return;
        if (sent > 0) {
            next += sent;
            left -= static_cast<std::size_t>(sent);
        }
    }
}

std::string_view PortChannel::order() {
    std::memmove(orders_, orders_ + order_given_, orders_used_ - order_given_);
    orders_used_ -= std::exchange(order_given_, 0);
    pollfd look{port_.get(), POLLIN, 0};
    if (orders_used_ < sizeof orders_ && ::poll(&look, 1, 0) == 1 && (look.revents & POLLIN) != 0) {
        const auto got = ::read(port_.get(), orders_ + orders_used_, sizeof orders_ - orders_used_);
        if (got > 0)
            orders_used_ += static_cast<std::size_t>(got);
    }
    const std::string_view text(orders_, orders_used_);
    const auto stop = text.find('\n');
    if (stop == std::string_view::npos) {
        if (orders_used_ == sizeof orders_)
            orders_used_ = 0; // no order is that long
        return {};
    }
    order_given_ = stop + 1;
    return text.substr(0, stop);
}

Result<std::string> PortChannel::receive(std::chrono::milliseconds limit) {
    const auto end = Clock::now() + limit;
    for (;;) {
        if (const auto stop = pending_.find('\n'); stop != std::string::npos) {
            auto line = pending_.substr(0, stop);
            pending_.erase(0, stop + 1);
            return line;
        }
        if (pending_.size() > max_line)
            return fail("the host sent a line that does not end");
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        if (left.count() <= 0)
            return fail("the host sent no configuration");
        pollfd wait{port_.get(), POLLIN, 0};
        ::poll(&wait, 1, static_cast<int>(left.count()));
        char buffer[4096];
        const auto got = ::read(port_.get(), buffer, sizeof buffer);
        if (got > 0)
            pending_.append(buffer, static_cast<std::size_t>(got));
        else // No host at the other end yet: the port reads as empty at once.
            std::this_thread::sleep_for(10ms);
    }
}

} // namespace netswap::guest
