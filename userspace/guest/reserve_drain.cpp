// SPDX-License-Identifier: GPL-2.0
#include "guest/reserve_drain.h"

#include "guest/sysfile.h"

#include <algorithm>
#include <arpa/inet.h>
#include <filesystem>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netswap::guest {
namespace {

constexpr std::string_view prefix = "gfp_memalloc.usage_";
constexpr int connections = 100;

bool keeps_accounts(const CounterList &counters) {
    return std::any_of(counters.begin(), counters.end(), [](const auto &counter) {
        return std::string_view(counter.first).starts_with(prefix);
    });
}

} // namespace

std::string still_charged(const CounterList &counters) {
    std::string text;
    for (const auto &[name, pages] : counters) {
        if (!std::string_view(name).starts_with(prefix) || pages == 0)
            continue;
        text += text.empty() ? "" : ", ";
        text += name.substr(prefix.size()) + " " + std::to_string(pages);
    }
    return text;
}

Result<void> drain_reserve(CounterSource &counters, const std::function<void()> &receive,
                           int rounds) {
    std::string left;
    for (int round = 0; round < rounds; ++round) {
        const auto now = counters.read();
        if (!now)
            return tl::unexpected(now.error());
        if (!keeps_accounts(*now))
            return fail("gfp_memalloc does not tell what is charged");
        left = still_charged(*now);
        if (left.empty())
            return {};
        receive();
    }
    return fail("pages of the reserve are still charged after the storm: " + left);
}

void take_interrupts_to(int cpu, const std::string &directory) {
    std::error_code none;
    for (const auto &irq : std::filesystem::directory_iterator(directory, none))
        if (irq.is_directory(none))
            (void)write_text(irq.path() / "smp_affinity_list", std::to_string(cpu));
}

void receive_packets(const std::string &server, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::inet_pton(AF_INET, server.c_str(), &address.sin_addr) != 1)
        return;
    const timeval limit{1, 0};
    for (int i = 0; i < connections; ++i) {
        const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!socket.valid())
            return;
        (void)::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        char greeting[18]; // the server speaks first
        if (::connect(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 ||
            ::read(socket.get(), greeting, sizeof greeting) <= 0)
            return;
    }
}

} // namespace netswap::guest
