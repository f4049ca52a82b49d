// SPDX-License-Identifier: GPL-2.0
// Something that happened, as `netswap events` tells it, and how netlink messages become one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

struct nlmsghdr;

namespace netswap::live {

struct Event {
    std::int64_t wall_ms = 0; ///< since 1970
    std::string source;       ///< "netswap", "nbd" or "link"
    std::string kind;         ///< stable: "socket_marked", "link_dead", "link_down", ...
    std::string subject;      ///< a module, a device, an interface; may be empty
    std::optional<std::uint64_t> value;
};

/// One line, for people: date, source, kind, and what it means.
std::string event_text(const Event &event);
/// One line of JSON.
std::string event_json(const Event &event);

/// Of multicast group "events" of family netswap. Nothing if the message is something else.
std::optional<Event> decode_netswap(const nlmsghdr *message);
/// Of nbd's multicast group.
std::optional<Event> decode_nbd(const nlmsghdr *message);

/// Interfaces that come, go and change between up and down. The kernel tells about other changes
/// with the same messages; those are no events.
class LinkWatch {
  public:
    /// `first`: the message belongs to the listing at the beginning, which is no news.
    std::optional<Event> decode(const nlmsghdr *message, bool first);

  private:
    std::map<int, bool> running_; ///< by index
};

} // namespace netswap::live
