// SPDX-License-Identifier: GPL-2.0
#include "live/view/event.h"

#include "kmod/uapi/netswap.h"

#include <array>

#include <fmt/format.h>
#include <linux/if.h>
#include <linux/nbd-netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <nlohmann/json.hpp>

#include "live/view/units.h"

namespace netswap::live {

namespace {

constexpr int most_attributes = 64;
using Attributes = std::array<nlattr *, most_attributes>;

/// The attributes behind `header_bytes` of a message's payload; nothing if it is damaged.
std::optional<Attributes> attributes_of(const nlmsghdr *message, int header_bytes) {
    Attributes found{};
    if (nlmsg_parse(const_cast<nlmsghdr *>(message), header_bytes, found.data(),
                    most_attributes - 1, nullptr) != 0)
        return std::nullopt;
    return found;
}

/// The command of a generic netlink message, 0 if it is none.
std::uint8_t command_of(const nlmsghdr *message) {
    if (nlmsg_datalen(message) < static_cast<int>(GENL_HDRLEN))
        return 0;
    return static_cast<const genlmsghdr *>(nlmsg_data(const_cast<nlmsghdr *>(message)))->cmd;
}

/// A string that may lack its end.
std::string text(const nlattr *attribute) {
    if (attribute == nullptr)
        return "";
    const auto *bytes = static_cast<const char *>(nla_data(const_cast<nlattr *>(attribute)));
    const std::string all(bytes, static_cast<std::size_t>(nla_len(attribute)));
    return all.substr(0, all.find('\0'));
}

const char *kind_name(std::uint32_t kind) {
    switch (kind) {
    case NETSWAP_EVENT_KIND_MECHANISM_ATTACHED:
        return "mechanism_attached";
    case NETSWAP_EVENT_KIND_MECHANISM_DETACHED:
        return "mechanism_detached";
    case NETSWAP_EVENT_KIND_SOCKET_MARKED:
        return "socket_marked";
    case NETSWAP_EVENT_KIND_SOCKET_UNMARKED:
        return "socket_unmarked";
    case NETSWAP_EVENT_KIND_RECLAIM_THROTTLED:
        return "reclaim_throttled";
    case NETSWAP_EVENT_KIND_RESERVE_LOW:
        return "reserve_low";
    case NETSWAP_EVENT_KIND_PACKET_DROPPED:
        return "packet_dropped";
    case NETSWAP_EVENT_KIND_RESERVE_RESIZED:
        return "reserve_resized";
    case NETSWAP_EVENT_KIND_RESERVE_REFUSED:
        return "reserve_refused";
    default:
        return "unknown";
    }
}

/// What the value counts, for people.
const char *unit_of(const std::string &kind) {
    if (kind == "socket_marked" || kind == "socket_unmarked")
        return "mark";
    if (kind == "reclaim_throttled")
        return "reclaimers held back:";
    if (kind == "reserve_low")
        return "pages left free in a zone:";
    if (kind == "packet_dropped")
        return "packets:";
    if (kind == "reserve_resized")
        return "pages below every watermark:";
    if (kind == "reserve_refused")
        return "times that memory was not to be had:";
    return "";
}

} // namespace

std::string event_text(const Event &event) {
    auto stamp = date_text(event.wall_ms / 1000);
    stamp.resize(stamp.size() - 4); // without " UTC": the line starts with a plain date
    auto line =
        fmt::format("{}.{:03} {:<7} {:<18}", stamp, event.wall_ms % 1000, event.source, event.kind);
    if (!event.subject.empty())
        line += " " + event.subject;
    const bool about_modules = event.kind.starts_with("mechanism_");
    if (event.value && !about_modules)
        line += fmt::format(" {}{}{}", unit_of(event.kind), *unit_of(event.kind) ? " " : "",
                            *event.value);
    return line;
}

std::string event_json(const Event &event) {
    nlohmann::ordered_json out = {{"time", static_cast<double>(event.wall_ms) / 1000},
                                  {"source", event.source},
                                  {"kind", event.kind},
                                  {"subject", event.subject}};
    out["value"] = nullptr;
    if (event.value)
        out["value"] = *event.value;
    return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<Event> decode_netswap(const nlmsghdr *message) {
    if (command_of(message) != NETSWAP_CMD_EVENT_NTF)
        return std::nullopt;
    const auto in = attributes_of(message, GENL_HDRLEN);
    if (!in || (*in)[NETSWAP_A_EVENT_KIND] == nullptr || nla_len((*in)[NETSWAP_A_EVENT_KIND]) < 4)
        return std::nullopt;
    Event event;
    event.source = "netswap";
    event.kind = kind_name(nla_get_u32((*in)[NETSWAP_A_EVENT_KIND]));
    event.subject = text((*in)[NETSWAP_A_EVENT_SUBJECT]);
    if (auto *value = (*in)[NETSWAP_A_EVENT_VALUE]; value != nullptr && nla_len(value) >= 8)
        event.value = nla_get_u64(value);
    return event;
}

std::optional<Event> decode_nbd(const nlmsghdr *message) {
    if (command_of(message) != NBD_CMD_LINK_DEAD)
        return std::nullopt;
    const auto in = attributes_of(message, GENL_HDRLEN);
    if (!in || (*in)[NBD_ATTR_INDEX] == nullptr || nla_len((*in)[NBD_ATTR_INDEX]) < 4)
        return std::nullopt;
    return Event{0, "nbd", "link_dead", fmt::format("nbd{}", nla_get_u32((*in)[NBD_ATTR_INDEX])),
                 std::nullopt};
}

std::optional<Event> LinkWatch::decode(const nlmsghdr *message, bool first) {
    if ((message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK) ||
        nlmsg_datalen(message) < static_cast<int>(sizeof(ifinfomsg)))
        return std::nullopt;
    const auto in = attributes_of(message, sizeof(ifinfomsg));
    if (!in)
        return std::nullopt;
    const auto *info = static_cast<const ifinfomsg *>(nlmsg_data(const_cast<nlmsghdr *>(message)));
    Event event{0, "link", "", text((*in)[IFLA_IFNAME]), std::nullopt};
    const auto known = running_.find(info->ifi_index);
    if (message->nlmsg_type == RTM_DELLINK) {
        if (known == running_.end())
            return std::nullopt; // a bridge's port, not the interface
        running_.erase(known);
        event.kind = "link_gone";
        return event;
    }
    const bool running = (info->ifi_flags & IFF_UP) != 0 && (info->ifi_flags & IFF_RUNNING) != 0;
    const bool news = known == running_.end() || known->second != running;
    running_[info->ifi_index] = running;
    if (first || !news)
        return std::nullopt;
    event.kind = running ? "link_up" : "link_down";
    return event;
}

} // namespace netswap::live
