// SPDX-License-Identifier: GPL-2.0
// Where events come from.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/result.h"
#include "live/view/event.h"

struct nl_sock;

namespace netswap::live {

class EventFeed {
  public:
    virtual ~EventFeed() = default;
    /// Waits for events at most that long; the time is filled in. May well return none.
    virtual Result<std::vector<Event>> next(int timeout_ms) = 0;
    /// Sources that are not there now, in words for the user.
    [[nodiscard]] virtual std::vector<std::string> missing() const = 0;
};

/// The running kernel's multicast groups. A family that appears later is joined then.
class NetlinkFeed final : public EventFeed {
  public:
    static Result<std::unique_ptr<NetlinkFeed>> open();
    ~NetlinkFeed() override;
    Result<std::vector<Event>> next(int timeout_ms) override;
    [[nodiscard]] std::vector<std::string> missing() const override;

  private:
    struct SocketFree {
        void operator()(nl_sock *socket) const;
    };
    using Socket = std::unique_ptr<nl_sock, SocketFree>;
    /// A multicast group of a generic netlink family.
    struct Group {
        const char *family;
        const char *name;
        std::optional<Event> (*decode)(const nlmsghdr *);
        Socket socket{};
        int id = -1; ///< -1: not joined
    };

    NetlinkFeed() = default;
    Status join_groups();
    Status open_links();
    /// Takes what has come; a message that was lost is an event as well.
    void drain(nl_sock *socket, const std::string &source,
               const std::function<std::optional<Event>(const nlmsghdr *)> &decode,
               std::vector<Event> &events);

    std::array<Group, 2> groups_{};
    Socket asking_; ///< for looking up groups
    Socket links_;
    LinkWatch link_watch_;
    bool links_listed_ = false;
};

/// Hands the lines of events to `print` until `count` were printed (0: for ever), the feed fails,
/// or `print` returns false.
Status follow_events(EventFeed &feed, bool json, std::uint64_t count,
                     const std::function<bool(const std::string &)> &print);

} // namespace netswap::live
