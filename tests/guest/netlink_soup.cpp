// SPDX-License-Identifier: GPL-2.0
#include "netlink_soup.h"

#include <algorithm>
#include <cstring>
#include <linux/genetlink.h>
#include <linux/netlink.h>

namespace netswap::guest {
namespace {

constexpr int deepest = 4;
constexpr std::uint32_t most_attributes = 6;
constexpr std::uint32_t most_noise = 300;

/// Descriptors, flags, counts, and what does not fit.
constexpr std::array<std::uint64_t, 15> numbers{
    0,       1,          2,          3,          5,          9,          16,   64,
    1 << 16, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, ~0ULL >> 1, ~0ULL};
constexpr std::array<std::string_view, 10> names{
    "total", "network", "rings", "packets", "transmit", "rings-lo", "user", "nbd", "", "rings-"};

void put(std::vector<char> &message, const void *data, std::size_t bytes) {
    const auto *begin = static_cast<const char *>(data);
    message.insert(message.end(), begin, begin + bytes);
}

void pad(std::vector<char> &message) {
    message.resize(NLMSG_ALIGN(message.size()));
}

} // namespace

std::vector<char> NetlinkSoup::next() {
    const auto &command = netlink_commands[below(netlink_commands.size())];
    nlmsghdr head{};
    head.nlmsg_type = static_cast<std::uint16_t>(one_in(50) ? below(64) : std::uint32_t(family_));
    head.nlmsg_flags = NLM_F_REQUEST;
    if (command.list != one_in(20))
        head.nlmsg_flags |= NLM_F_DUMP;
    if (!one_in(3))
        head.nlmsg_flags |= NLM_F_ACK;
    if (one_in(20))
        head.nlmsg_flags = static_cast<std::uint16_t>(below(1 << 16));
    genlmsghdr genl{};
    genl.cmd = static_cast<std::uint8_t>(one_in(10) ? below(256) : std::uint32_t(command.number));
    genl.version = static_cast<std::uint8_t>(one_in(10) ? below(256) : NETSWAP_FAMILY_VERSION);
    genl.reserved = static_cast<std::uint16_t>(one_in(30) ? below(1 << 16) : 0);

    std::vector<char> message;
    put(message, &head, sizeof head);
    put(message, &genl, sizeof genl);
    add_attributes(
        message, one_in(8) ? netlink_attributes[below(netlink_attributes.size())].set : command.set,
        0);
    if (one_in(10)) {
        const auto more = noise(40);
        put(message, more.data(), more.size());
    }
    if (one_in(12))
        message.resize(sizeof head + below(static_cast<std::uint32_t>(message.size())));
    auto length = static_cast<std::uint32_t>(message.size());
    if (one_in(25))
        length = one_in(2) ? below(2 * length) : below(1U << 31);
    std::memcpy(message.data(), &length, sizeof length);
    return message;
}

void NetlinkSoup::add_attributes(std::vector<char> &message, std::string_view set, int depth) {
    std::vector<NetlinkAttribute> known;
    std::copy_if(netlink_attributes.begin(), netlink_attributes.end(), std::back_inserter(known),
                 [&](const auto &attribute) { return attribute.set == set; });
    for (auto left = below(most_attributes); left > 0; --left) {
        const auto &attribute = known[below(static_cast<std::uint32_t>(known.size()))];
        auto type = attribute.number;
        if (one_in(15))
            type = static_cast<int>(below(1 << 16));
        if (one_in(20))
            type |= one_in(2) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
        if (depth < deepest && one_in(12)) {
            std::vector<char> inner;
            add_attributes(inner, set, depth + 1);
            add_attribute(message, type | NLA_F_NESTED, {inner.data(), inner.size()});
        } else {
            add_attribute(message, type, payload_of(attribute.type));
        }
    }
}

void NetlinkSoup::add_attribute(std::vector<char> &message, int type, std::string_view payload) {
    nlattr head{};
    head.nla_type = static_cast<std::uint16_t>(type);
    head.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + payload.size());
    if (one_in(25))
        head.nla_len = static_cast<std::uint16_t>(one_in(2) ? below(8) : below(1 << 16));
    put(message, &head, sizeof head);
    put(message, payload.data(), payload.size());
    pad(message);
}

std::string NetlinkSoup::payload_of(NetlinkType type) {
    if (one_in(10))
        return noise(most_noise);
    switch (type) {
    case NetlinkType::u16:
        return number(2);
    case NetlinkType::s32:
    case NetlinkType::u32:
        return number(4);
    case NetlinkType::u64:
        return number(8);
    case NetlinkType::string:
        return text();
    case NetlinkType::pad:
        break;
    }
    return {};
}

std::string NetlinkSoup::number(std::size_t bytes) {
    // Most descriptors of the test are small.
    const auto value = one_in(3)   ? numbers[below(numbers.size())]
                       : one_in(8) ? random_()
                                   : below(24);
    std::string out(bytes, '\0');
    std::memcpy(out.data(), &value, bytes);
    if (one_in(15))
        out.resize(below(12));
    return out;
}

std::string NetlinkSoup::text() {
    if (one_in(6))
        return noise(most_noise);
    std::string out(names[below(names.size())]);
    if (!one_in(8))
        out.push_back('\0');
    if (one_in(8))
        out += noise(8);
    return out;
}

std::string NetlinkSoup::noise(std::uint32_t most) {
    std::string out(below(most), '\0');
    for (auto &c : out)
        c = static_cast<char>(random_());
    return out;
}

} // namespace netswap::guest
