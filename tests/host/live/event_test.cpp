// SPDX-License-Identifier: GPL-2.0
#include "live/view/event.h"

#include "kmod/uapi/netswap.h"

#include <cstring>
#include <functional>
#include <memory>

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/nbd-netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <nlohmann/json.hpp>

#include "live/view/event_feed.h"

using namespace netswap;
using namespace netswap::live;

namespace {

struct MessageFree {
    void operator()(nl_msg *message) const { nlmsg_free(message); }
};
using Message = std::unique_ptr<nl_msg, MessageFree>;

Message generic(std::uint8_t command, const std::function<void(nl_msg *)> &fill) {
    Message message(nlmsg_alloc());
    genlmsg_put(message.get(), 0, 0, 30, 0, 0, command, 1);
    fill(message.get());
    return message;
}

Message netswap_event(std::uint32_t kind, const char *subject, std::uint64_t value) {
    return generic(NETSWAP_CMD_EVENT_NTF, [&](nl_msg *message) {
        nla_put_u32(message, NETSWAP_A_EVENT_KIND, kind);
        if (subject != nullptr)
            nla_put_string(message, NETSWAP_A_EVENT_SUBJECT, subject);
        nla_put_u64(message, NETSWAP_A_EVENT_VALUE, value);
    });
}

Message link(int type, int index, unsigned flags, const char *name) {
    Message message(nlmsg_alloc_simple(type, 0));
    ifinfomsg info{};
    info.ifi_index = index;
    info.ifi_flags = flags;
    nlmsg_append(message.get(), &info, sizeof(info), NLMSG_ALIGNTO);
    nla_put_string(message.get(), IFLA_IFNAME, name);
    return message;
}

class FakeFeed final : public EventFeed {
  public:
    Result<std::vector<Event>> next(int) override {
        if (rounds.empty())
            return fail("the feed is dry");
        auto events = rounds.front();
        rounds.erase(rounds.begin());
        return events;
    }
    [[nodiscard]] std::vector<std::string> missing() const override { return {}; }
    std::vector<std::vector<Event>> rounds;
};

} // namespace

TEST(Events, OfTheModulesAreDecoded) {
    const auto message = netswap_event(NETSWAP_EVENT_KIND_RESERVE_LOW, nullptr, 40);
    const auto event = decode_netswap(nlmsg_hdr(message.get()));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->kind, "reserve_low");
    EXPECT_EQ(event->value, 40U);
    const auto attached = netswap_event(NETSWAP_EVENT_KIND_MECHANISM_ATTACHED, "gfp_memalloc", 0);
    EXPECT_EQ(decode_netswap(nlmsg_hdr(attached.get()))->subject, "gfp_memalloc");
    const auto later = netswap_event(77, nullptr, 1);
    EXPECT_EQ(decode_netswap(nlmsg_hdr(later.get()))->kind, "unknown");
}

TEST(Events, ThatAreNoneAreLeftOut) {
    const auto other = generic(NETSWAP_CMD_POLICY_GET, [](nl_msg *) {});
    EXPECT_FALSE(decode_netswap(nlmsg_hdr(other.get())));
    const auto empty = generic(NETSWAP_CMD_EVENT_NTF, [](nl_msg *) {});
    EXPECT_FALSE(decode_netswap(nlmsg_hdr(empty.get())));
    const auto small = generic(NETSWAP_CMD_EVENT_NTF, [](nl_msg *message) {
        nla_put_u16(message, NETSWAP_A_EVENT_KIND, 1);
    });
    EXPECT_FALSE(decode_netswap(nlmsg_hdr(small.get())));
    EXPECT_FALSE(decode_nbd(nlmsg_hdr(empty.get())));
    const Message bare(nlmsg_alloc_simple(30, 0)); // without even a header of its family
    EXPECT_FALSE(decode_netswap(nlmsg_hdr(bare.get())));
    EXPECT_FALSE(decode_nbd(nlmsg_hdr(bare.get())));
    const Message short_link(nlmsg_alloc_simple(RTM_NEWLINK, 0));
    EXPECT_FALSE(LinkWatch().decode(nlmsg_hdr(short_link.get()), false));
}

TEST(Events, OfNbdNameTheDevice) {
    const auto message = generic(NBD_CMD_LINK_DEAD,
                                 [](nl_msg *message) { nla_put_u32(message, NBD_ATTR_INDEX, 3); });
    const auto event = decode_nbd(nlmsg_hdr(message.get()));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->subject, "nbd3");
    EXPECT_EQ(event->kind, "link_dead");
}

TEST(Events, OfLinksAreChangesOnly) {
    LinkWatch watch;
    const auto see = [&](int type, unsigned flags, bool first = false) {
        const auto message = link(type, 2, flags, "eth0");
        const auto event = watch.decode(nlmsg_hdr(message.get()), first);
        return event ? event->kind + " " + event->subject : "nothing";
    };
    EXPECT_EQ(see(RTM_NEWLINK, IFF_UP | IFF_RUNNING, true), "nothing");
    EXPECT_EQ(see(RTM_NEWLINK, IFF_UP | IFF_RUNNING | IFF_PROMISC), "nothing");
    EXPECT_EQ(see(RTM_NEWLINK, IFF_UP), "link_down eth0");
    EXPECT_EQ(see(RTM_NEWLINK, 0), "nothing");
    EXPECT_EQ(see(RTM_NEWLINK, IFF_UP | IFF_RUNNING), "link_up eth0");
    EXPECT_EQ(see(RTM_DELLINK, 0), "link_gone eth0");
    EXPECT_EQ(see(RTM_DELLINK, 0), "nothing");
    EXPECT_EQ(see(RTM_NEWLINK, 0), "link_down eth0");
}

TEST(Events, AreLines) {
    EXPECT_EQ(event_text({1'700'000'000'123, "nbd", "link_dead", "nbd0", std::nullopt}),
              "2023-11-14 22:13:20.123 nbd     link_dead          nbd0");
    EXPECT_EQ(event_text({1'700'000'000'007, "netswap", "packet_dropped", "", 4}),
              "2023-11-14 22:13:20.007 netswap packet_dropped     packets: 4");
    EXPECT_EQ(event_text({0, "netswap", "mechanism_attached", "rx_reserve", 0}),
              "1970-01-01 00:00:00.000 netswap mechanism_attached rx_reserve");
    const auto json =
        nlohmann::json::parse(event_json({1500, "link", "link_up", "\xff", std::nullopt}));
    EXPECT_EQ(json.at("time"), 1.5);
    EXPECT_TRUE(json.at("value").is_null());
}

TEST(Events, AreFollowedUntilThereAreEnough) {
    const Event event{0, "nbd", "link_dead", "nbd0", std::nullopt};
    FakeFeed feed;
    feed.rounds = {{event}, {}, {event, event}, {event}};
    std::vector<std::string> lines;
    const auto print = [&](const std::string &line) {
        lines.push_back(line);
        return true;
    };
    EXPECT_TRUE(follow_events(feed, true, 2, print));
    EXPECT_EQ(lines.size(), 2U);
    EXPECT_EQ(feed.rounds.size(), 1U);
    const auto end = follow_events(feed, false, 0, print);
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().message, "the feed is dry");
    EXPECT_EQ(lines.size(), 3U);
}

TEST(Events, OfThisKernelCanBeListenedTo) {
    auto feed = NetlinkFeed::open();
    ASSERT_TRUE(feed) << feed.error().message;
    const auto events = (*feed)->next(50); // the listing of interfaces is no news
    ASSERT_TRUE(events) << events.error().message;
    for (const auto &event : *events)
        EXPECT_NE(event.kind, "link_up") << event.subject;
}
