// SPDX-License-Identifier: GPL-2.0
// Netlink requests by hand, one or more in a buffer: netfilter wants a whole transaction at once.
#pragma once

#include "guest/base.h"

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

namespace netswap::guest {

class NetlinkBatch {
  public:
    /// Starts a message with its fixed header; the attributes that follow are its own. The flags
    /// get NLM_F_REQUEST.
    template <typename Header>
    void message(std::uint16_t type, std::uint16_t flags, const Header &header) {
        start(type, flags);
        append(&header, sizeof header);
    }

    /// A header inside an attribute, as VETH_INFO_PEER has.
    template <typename Header>
    void put_header(const Header &header) {
        append(&header, sizeof header);
    }

    template <typename Number>
    void put(std::uint16_t type, Number value) {
        static_assert(std::is_trivially_copyable_v<Number>);
        attribute(type, &value, sizeof value);
    }
    void put_text(std::uint16_t type, std::string_view text);
    void put_be16(std::uint16_t type, std::uint16_t value);
    void put_be32(std::uint16_t type, std::uint32_t value);

    /// What is put until the matching end() becomes part of this attribute.
    std::size_t nest(std::uint16_t type);
    void end(std::size_t nested);

    /// Messages that asked for an answer (NLM_F_ACK).
    [[nodiscard]] int answers() const { return answers_; }
    /// The finished bytes.
    [[nodiscard]] const std::vector<unsigned char> &bytes();

  private:
    void start(std::uint16_t type, std::uint16_t flags);
    void finish_message();
    void attribute(std::uint16_t type, const void *data, std::size_t bytes);
    void append(const void *data, std::size_t bytes);

    std::vector<unsigned char> bytes_;
    std::size_t message_ = 0; ///< where the present message begins
    int answers_ = 0;
};

/// A socket of this netlink protocol.
Result<Fd> netlink_socket(int protocol);

/// Sends the batch and waits for all answers; the first refusal is the error.
Result<void> talk(const Fd &socket, NetlinkBatch &batch);

} // namespace netswap::guest
