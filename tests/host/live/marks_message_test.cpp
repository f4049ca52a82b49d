// SPDX-License-Identifier: GPL-2.0
#include "live/marks_message.h"

#include <cstring>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "kmod/uapi/netswap.h"

using namespace netswap;
using namespace netswap::live;

namespace {

/// A message as the kernel would send it.
class Message {
  public:
    explicit Message(int command) : message_(nlmsg_alloc()) {
        genlmsg_put(message_, 0, 0, 27, 0, 0, static_cast<std::uint8_t>(command), 1);
    }
    Message(const Message &) = delete;
    Message &operator=(const Message &) = delete;
    ~Message() { nlmsg_free(message_); }

    Message &u32(int type, std::uint32_t value) {
        nla_put_u32(message_, type, value);
        return *this;
    }
    Message &u16(int type, std::uint16_t value) {
        nla_put_u16(message_, type, value);
        return *this;
    }
    Message &text(int type, const char *value) {
        nla_put_string(message_, type, value);
        return *this;
    }
    Message &bytes(int type, const std::string &value) {
        nla_put(message_, type, static_cast<int>(value.size()), value.data());
        return *this;
    }
    nlmsghdr &get() { return *nlmsg_hdr(message_); }

  private:
    nl_msg *message_;
};

/// An error message: the request it is about, then words.
std::vector<char> error_message(bool capped, const std::string &words) {
    std::vector<char> out(4096, 0);
    auto &head = *reinterpret_cast<nlmsghdr *>(out.data());
    auto &error = *reinterpret_cast<nlmsgerr *>(NLMSG_DATA(&head));
    error.error = -EBUSY;
    error.msg.nlmsg_len = sizeof(nlmsghdr) + 12; // a request with one attribute
    std::size_t at = NLMSG_HDRLEN + sizeof(nlmsgerr) + (capped ? 0 : 12);
    at = NLMSG_ALIGN(at);
    nlattr attribute{};
    attribute.nla_type = NLMSGERR_ATTR_MSG;
    attribute.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + words.size() + 1);
    std::memcpy(out.data() + at, &attribute, sizeof attribute);
    std::memcpy(out.data() + at + NLA_HDRLEN, words.c_str(), words.size() + 1);
    head.nlmsg_type = NLMSG_ERROR;
    head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0));
    head.nlmsg_len = static_cast<std::uint32_t>(at + NLMSG_ALIGN(attribute.nla_len));
    return out;
}

const nlmsghdr &header(const std::vector<char> &message) {
    return *reinterpret_cast<const nlmsghdr *>(message.data());
}

} // namespace

TEST(MarksMessage, TellsAllOfASocket) {
    Message message(NETSWAP_CMD_SOCKET_GET);
    message.u32(NETSWAP_A_SOCKET_ID, 7)
        .u32(NETSWAP_A_SOCKET_INODE, 4711)
        .u16(NETSWAP_A_SOCKET_FAMILY, AF_INET6)
        .u16(NETSWAP_A_SOCKET_PROTOCOL, IPPROTO_UDP)
        .text(NETSWAP_A_SOCKET_LOCAL, "[::1]:9")
        .text(NETSWAP_A_SOCKET_REMOTE, "[::1]:10")
        .u32(NETSWAP_A_SOCKET_BY, NETSWAP_MARKED_BY_USER);
    std::vector<MarkedSocket> sockets;
    parse_listed(message.get(), sockets);
    ASSERT_EQ(sockets.size(), 1U);
    EXPECT_EQ(sockets[0].id, 7U);
    EXPECT_EQ(sockets[0].inode, 4711U);
    EXPECT_EQ(sockets[0].family, AF_INET6);
    EXPECT_EQ(sockets[0].protocol, IPPROTO_UDP);
    EXPECT_EQ(sockets[0].local, "[::1]:9");
    EXPECT_EQ(sockets[0].remote, "[::1]:10");
    EXPECT_TRUE(sockets[0].by_user);
}

TEST(MarksMessage, TakesTheKernelsMarksForTheKernels) {
    Message message(NETSWAP_CMD_SOCKET_GET);
    message.u32(NETSWAP_A_SOCKET_ID, 1).u32(NETSWAP_A_SOCKET_BY, NETSWAP_MARKED_BY_KERNEL);
    MarkedSocket socket;
    parse_socket(message.get(), socket);
    EXPECT_FALSE(socket.by_user);
    EXPECT_EQ(socket.local, "");
}

TEST(MarksMessage, SurvivesDamage) {
    Message strange(NETSWAP_CMD_SOCKET_GET);
    strange
        .u16(NETSWAP_A_SOCKET_ID, 7)                          // too short
        .bytes(NETSWAP_A_SOCKET_LOCAL, std::string("no end")) // no zero at its end
        .u32(NETSWAP_A_SOCKET_MAX + 10, 1);                   // unknown
    MarkedSocket socket;
    parse_socket(strange.get(), socket);
    EXPECT_EQ(socket.id, 0U);
    EXPECT_EQ(socket.local, "no end");

    std::vector<MarkedSocket> sockets;
    Message empty(NETSWAP_CMD_SOCKET_GET);
    parse_listed(empty.get(), sockets);
    EXPECT_TRUE(sockets.empty()); // no mark has the number 0
}

TEST(MarksMessage, TellsThePolicy) {
    Message message(NETSWAP_CMD_POLICY_GET);
    message.text(NETSWAP_A_POLICY_POLICY, "stock")
        .u32(NETSWAP_A_POLICY_EMERGENCY_PAGES, 12)
        .u32(NETSWAP_A_POLICY_MARKED_SOCKETS, 3);
    MarkPolicy policy;
    parse_policy(message.get(), policy);
    EXPECT_EQ(policy.policy, "stock");
    EXPECT_EQ(policy.emergency_pages, 12U);
    EXPECT_EQ(policy.marked_sockets, 3U);
}

TEST(MarksMessage, FindsTheKernelsWords) {
    for (const bool capped : {false, true})
        EXPECT_EQ(error_words(header(error_message(capped, "the socket is marked already"))),
                  "the socket is marked already");
}

TEST(MarksMessage, HasNoWordsWhereThereAreNone) {
    auto plain = error_message(false, "words");
    reinterpret_cast<nlmsghdr *>(plain.data())->nlmsg_flags = 0;
    EXPECT_EQ(error_words(header(plain)), "");

    auto lying = error_message(false, "words");
    reinterpret_cast<nlmsgerr *>(lying.data() + NLMSG_HDRLEN)->msg.nlmsg_len = 0xfffffff0;
    EXPECT_EQ(error_words(header(lying)), "");

    auto cut = error_message(true, "words");
    reinterpret_cast<nlmsghdr *>(cut.data())->nlmsg_len = NLMSG_LENGTH(sizeof(nlmsgerr));
    EXPECT_EQ(error_words(header(cut)), "");
}
