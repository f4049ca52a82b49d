// SPDX-License-Identifier: GPL-2.0
#include <cstring>
#include <memory>

#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include "keeper/netlink_message.h"
#include "live/marks_message.h"
#include "live/reserve_tree.h"
#include "live/view/event.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

namespace {

/// A message of exactly its size, so that a sanitizer sees who reads beyond.
class Message {
  public:
    Message(int type, int flags, std::string_view payload)
        : bytes_(new char[NLMSG_HDRLEN + payload.size()]()) {
        head().nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + payload.size());
        head().nlmsg_type = static_cast<std::uint16_t>(type);
        head().nlmsg_flags = static_cast<std::uint16_t>(flags);
        if (!payload.empty())
            std::memcpy(bytes_.get() + NLMSG_HDRLEN, payload.data(), payload.size());
    }
    nlmsghdr &head() { return *reinterpret_cast<nlmsghdr *>(bytes_.get()); }

  private:
    std::unique_ptr<char[]> bytes_;
};

void generic_messages(std::string_view payload) {
    Message message(GENL_MIN_ID, 0, payload);
    live::MarkedSocket socket;
    std::vector<live::MarkedSocket> sockets;
    live::MarkPolicy policy;
    live::parse_socket(message.head(), socket);
    live::parse_listed(message.head(), sockets);
    live::parse_policy(message.head(), policy);
    for (const auto &one : sockets)
        require(one.id != 0, "a mark without a number");
    if (const auto group = live::parse_group(message.head()))
        require(!group->name.empty(), "a group without a name");
    for (const auto &event :
         {live::decode_netswap(&message.head()), live::decode_nbd(&message.head())})
        if (event) {
            require(!live::event_text(*event).empty(), "an event without words");
            require(live::event_json(*event).find('\n') == std::string::npos,
                    "an event of several lines");
        }
}

void link_messages(std::string_view payload) {
    live::LinkWatch watch;
    for (const int type : {RTM_NEWLINK, RTM_NEWLINK, RTM_DELLINK}) {
        Message message(type, 0, payload);
        if (const auto event = watch.decode(&message.head(), false))
            require(event->source == "link" && !event->kind.empty(), "an event of nobody");
    }
}

void plain_attributes(std::string_view payload) {
    const auto *bytes = reinterpret_cast<const unsigned char *>(payload.data());
    std::size_t seen = 0;
    keeper::for_each_attribute({bytes, payload.size()}, [&](const keeper::Attribute &attribute) {
        seen += NLA_HDRLEN + attribute.data.size();
        (void)attribute.u16();
        (void)attribute.u32();
        require(attribute.text().size() <= attribute.data.size(), "a text beyond its attribute");
    });
    require(seen <= payload.size(), "attributes beyond the message");
}

} // namespace

/// The first byte says what kind of message follows.
void netlink(std::string_view input) {
    if (input.empty())
        return;
    const char kind = input.front();
    const std::string payload(input.substr(1));
    switch (kind) {
    case 'l':
        return link_messages(payload);
    case 'a':
        return plain_attributes(payload);
    case 'e':
        for (const int flags : {NLM_F_ACK_TLVS, NLM_F_ACK_TLVS | NLM_F_CAPPED}) {
            Message message(NLMSG_ERROR, flags, payload);
            require(live::error_words(message.head()).size() <= payload.size(), "words from afar");
        }
        return;
    default:
        return generic_messages(payload);
    }
}

} // namespace netswap::fuzz
