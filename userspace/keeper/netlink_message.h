// SPDX-License-Identifier: GPL-2.0
// Generic netlink messages in buffers of fixed size: what libnl does with its heap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include <linux/genetlink.h>
#include <linux/netlink.h>

namespace netswap::keeper {

/// A request under construction. What does not fit makes ok() false.
class GenlRequest {
  public:
    GenlRequest(std::uint16_t family, std::uint8_t command, std::uint8_t version,
                std::uint32_t sequence) {
        nlmsghdr head{};
        head.nlmsg_type = family;
        head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
        head.nlmsg_seq = sequence;
        genlmsghdr genl{};
        genl.cmd = command;
        genl.version = version;
        append(&head, sizeof head);
        append(&genl, sizeof genl);
    }

    void put_u32(std::uint16_t type, std::uint32_t value) { put(type, &value, sizeof value); }
    void put_u64(std::uint16_t type, std::uint64_t value) { put(type, &value, sizeof value); }
    void put_string(std::uint16_t type, const char *text) {
        put(type, text, std::strlen(text) + 1);
    }

    /// Attributes put until the matching end_nest() become part of this one.
    std::size_t begin_nest(std::uint16_t type) {
        const auto at = size_;
        put(static_cast<std::uint16_t>(type | NLA_F_NESTED), nullptr, 0);
        return at;
    }
    void end_nest(std::size_t at) {
        if (!ok_)
            return;
        const auto length = static_cast<std::uint16_t>(size_ - at);
        std::memcpy(bytes_.data() + at, &length, sizeof length);
    }

    [[nodiscard]] bool ok() const { return ok_; }
    /// The finished message.
    std::span<const unsigned char> finish() {
        const auto length = static_cast<std::uint32_t>(size_);
        std::memcpy(bytes_.data(), &length, sizeof length);
        return {bytes_.data(), size_};
    }

  private:
    void put(std::uint16_t type, const void *data, std::size_t bytes) {
        nlattr head{};
        head.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + bytes);
        head.nla_type = type;
        append(&head, sizeof head);
        append(data, bytes);
    }
    void append(const void *data, std::size_t bytes) {
        const auto room = NLA_ALIGN(bytes);
        if (size_ + room > bytes_.size()) {
            ok_ = false;
            return;
        }
        if (bytes > 0)
            std::memcpy(bytes_.data() + size_, data, bytes);
        size_ += room;
    }

    alignas(nlmsghdr) std::array<unsigned char, 512> bytes_{};
    std::size_t size_ = 0;
    bool ok_ = true;
};

/// One attribute of a received message.
struct Attribute {
    std::uint16_t type = 0;
    std::span<const unsigned char> data;

    [[nodiscard]] std::uint32_t u32() const { return number<std::uint32_t>(); }
    [[nodiscard]] std::uint16_t u16() const { return number<std::uint16_t>(); }
    [[nodiscard]] std::string_view text() const {
        const auto *begin = reinterpret_cast<const char *>(data.data());
        return {begin, ::strnlen(begin, data.size())};
    }

  private:
    template <typename Number>
    [[nodiscard]] Number number() const {
        Number value = 0;
        if (data.size() >= sizeof value)
            std::memcpy(&value, data.data(), sizeof value);
        return value;
    }
};

/// Calls `take` with each attribute; a damaged rest is left out.
template <typename Take>
void for_each_attribute(std::span<const unsigned char> rest, Take take) {
    while (rest.size() >= NLA_HDRLEN) {
        nlattr head;
        std::memcpy(&head, rest.data(), sizeof head);
        if (head.nla_len < NLA_HDRLEN || head.nla_len > rest.size())
            return;
        take(Attribute{static_cast<std::uint16_t>(head.nla_type & NLA_TYPE_MASK),
                       rest.subspan(NLA_HDRLEN, head.nla_len - NLA_HDRLEN)});
        rest = rest.subspan(std::min<std::size_t>(NLA_ALIGN(head.nla_len), rest.size()));
    }
}

} // namespace netswap::keeper
