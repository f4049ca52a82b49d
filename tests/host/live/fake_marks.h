// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <algorithm>
#include <cerrno>
#include <utility>

#include "live/marks.h"

namespace netswap::live {

/// Marks without a kernel. The inode of a socket is its descriptor.
class FakeMarks : public Marks {
  public:
    std::vector<MarkedSocket> sockets;
    bool granted = false;
    int refuse_with = 0; ///< errno of every request, if not 0

    Result<std::uint32_t> mark(int fd) override {
        const auto inode = static_cast<std::uint32_t>(fd);
        if (refuse_with != 0)
            return refusal(refuse_with, "refused");
        if (std::any_of(sockets.begin(), sockets.end(),
                        [inode](const auto &socket) { return socket.inode == inode; }))
            return refusal(EBUSY, "the socket is marked already");
        MarkedSocket socket;
        socket.id = ++last_id_;
        socket.inode = inode;
        socket.by_user = true;
        sockets.push_back(socket);
        errno_ = 0;
        return socket.id;
    }
    Status unmark(std::uint32_t id) override {
        if (refuse_with != 0)
            return refusal(refuse_with, "refused");
        if (std::erase_if(sockets, [id](const auto &socket) { return socket.id == id; }) == 0)
            return refusal(ENOENT, "no such mark");
        errno_ = 0;
        return {};
    }
    Result<std::vector<MarkedSocket>> list() override {
        if (refuse_with != 0)
            return refusal(refuse_with, "refused");
        errno_ = 0;
        return sockets;
    }
    Status grant(bool on) override {
        if (refuse_with != 0)
            return refusal(refuse_with, "refused");
        if (!on && !granted)
            return refusal(ENOENT, "the thread may not use the reserve anyway");
        granted = on;
        errno_ = 0;
        return {};
    }
    Result<MarkPolicy> policy() override {
        if (refuse_with != 0)
            return refusal(refuse_with, "refused");
        errno_ = 0;
        return MarkPolicy{"stock", 0, static_cast<std::uint32_t>(sockets.size())};
    }
    [[nodiscard]] int last_errno() const override { return errno_; }

  private:
    tl::unexpected<Error> refusal(int error, std::string words) {
        errno_ = error;
        return fail(std::move(words));
    }

    std::uint32_t last_id_ = 0;
    int errno_ = 0;
};

} // namespace netswap::live
