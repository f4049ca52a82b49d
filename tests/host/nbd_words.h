// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>
#include <string>

/// What NBD clients and servers say, byte by byte.
namespace netswap::nbd_words {

template <typename T>
std::string big_endian(T value) {
    std::string bytes;
    for (std::size_t i = sizeof(T); i-- > 0;)
        bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> 8 * i);
    return bytes;
}

inline std::string greeting() {
    return "NBDMAGICIHAVEOPT" + big_endian<std::uint16_t>(3);
}

inline std::string client_flags() {
    return big_endian<std::uint32_t>(3);
}

inline std::string option(std::uint32_t number, const std::string &data = "") {
    return "IHAVEOPT" + big_endian(number) + big_endian<std::uint32_t>(data.size()) + data;
}

inline std::string option_reply(std::uint32_t number, std::uint32_t type,
                                const std::string &data = "") {
    return big_endian<std::uint64_t>(0x3e889045565a9) + big_endian(number) + big_endian(type) +
           big_endian<std::uint32_t>(data.size()) + data;
}

constexpr std::uint16_t read = 0;
constexpr std::uint16_t write = 1;

inline std::string request(std::uint16_t command, std::uint64_t cookie, std::uint32_t length,
                           const std::string &data = "") {
    return big_endian<std::uint32_t>(0x25609513) + big_endian<std::uint16_t>(0) +
           big_endian(command) + big_endian(cookie) + big_endian<std::uint64_t>(4096) +
           big_endian(length) + data;
}

inline std::string reply(std::uint64_t cookie, const std::string &data = "",
                         std::uint32_t error = 0) {
    return big_endian<std::uint32_t>(0x67446698) + big_endian(error) + big_endian(cookie) + data;
}

} // namespace netswap::nbd_words
