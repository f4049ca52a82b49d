// SPDX-License-Identifier: GPL-2.0
#include "keeper/first_page.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <linux/nbd.h>

namespace netswap::keeper {

namespace {

constexpr char cookie[8] = {'n', 'e', 't', 's', 'w', 'a', 'p', '0'};

} // namespace

Io read_first_page(int fd, std::span<unsigned char, first_page_bytes> page,
                   std::uint64_t deadline_ns) {
    nbd_request request{};
    request.magic = htonl(NBD_REQUEST_MAGIC);
    request.type = htonl(NBD_CMD_READ);
    std::memcpy(request.handle, cookie, sizeof cookie);
    request.len = htonl(first_page_bytes);
    if (const auto io = write_fully(fd, &request, sizeof request, deadline_ns); io != Io::done)
        return io;
    nbd_reply reply{};
    if (const auto io = read_fully(fd, &reply, sizeof reply, deadline_ns); io != Io::done)
        return io;
    if (ntohl(reply.magic) != NBD_REPLY_MAGIC ||
        std::memcmp(reply.handle, cookie, sizeof cookie) != 0) {
        errno = EPROTO;
        return Io::failed;
    }
    if (reply.error != 0) { // the numbers are those of Linux
        errno = static_cast<int>(ntohl(reply.error));
        return Io::failed;
    }
    return read_fully(fd, page.data(), page.size(), deadline_ns);
}

} // namespace netswap::keeper
