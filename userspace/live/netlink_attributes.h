// SPDX-License-Identifier: GPL-2.0
// Attributes of a generic netlink message, damaged or not.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

namespace netswap::live {

/// The attributes of one set, whose last one is `last`. Null pointers if they are damaged.
template <int last>
std::array<nlattr *, last + 1> attributes(nlmsghdr &message) {
    std::array<nlattr *, last + 1> found{};
    auto *head = static_cast<genlmsghdr *>(nlmsg_data(&message));
    if (nla_parse(found.data(), last, genlmsg_attrdata(head, 0), genlmsg_attrlen(head, 0),
                  nullptr) != 0)
        found.fill(nullptr);
    return found;
}

/// Its text, up to its end or a zero; empty without an attribute.
inline std::string text_of(const nlattr *attribute) {
    if (attribute == nullptr)
        return {};
    const auto *text = static_cast<const char *>(nla_data(attribute));
    return {text, ::strnlen(text, static_cast<std::size_t>(nla_len(attribute)))};
}

/// Nothing without an attribute that has so many bytes.
template <typename Number = std::uint32_t>
std::optional<Number> number_of(const nlattr *attribute) {
    if (attribute == nullptr || nla_len(attribute) < static_cast<int>(sizeof(Number)))
        return std::nullopt;
    Number number{};
    std::memcpy(&number, nla_data(attribute), sizeof number);
    return number;
}

} // namespace netswap::live
