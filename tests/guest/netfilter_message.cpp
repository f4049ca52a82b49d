// SPDX-License-Identifier: GPL-2.0
#include "netfilter_message.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace netswap::guest {
namespace {

constexpr const char *table = "netswap_test", *chain = "in";
constexpr int udp_protocol = 17;

/// One datagram of netlink messages.
class Batch {
  public:
    void begin(int type, int flags, int family, std::uint16_t id = 0) {
        end();
        start_ = bytes_.size();
        nlmsghdr header{};
        header.nlmsg_type = static_cast<std::uint16_t>(type);
        header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
        header.nlmsg_seq = ++sequence_;
        put(&header, sizeof header);
        nfgenmsg family_header{};
        family_header.nfgen_family = static_cast<std::uint8_t>(family);
        family_header.version = NFNETLINK_V0;
        family_header.res_id = htons(id);
        put(&family_header, sizeof family_header);
    }
    void raw(int type, const void *data, std::size_t size) {
        nlattr attribute{static_cast<std::uint16_t>(NLA_HDRLEN + size),
                         static_cast<std::uint16_t>(type)};
        put(&attribute, sizeof attribute);
        put(data, size);
        bytes_.resize(NLMSG_ALIGN(bytes_.size()));
    }
    void text(int type, std::string_view value) {
        raw(type, std::string(value).c_str(), value.size() + 1);
    }
    void u32(int type, std::uint32_t value) {
        value = htonl(value);
        raw(type, &value, sizeof value);
    }
    void u16(int type, std::uint16_t value) {
        value = htons(value);
        raw(type, &value, sizeof value);
    }
    template <typename Fill>
    void nest(int type, const Fill &fill) {
        const auto at = bytes_.size();
        nlattr attribute{0, static_cast<std::uint16_t>(type | NLA_F_NESTED)};
        put(&attribute, sizeof attribute);
        fill();
        const auto size = static_cast<std::uint16_t>(bytes_.size() - at);
        std::memcpy(&bytes_[at], &size, sizeof size);
    }
    /// The first error of the answers; 0 if there is none.
    int send(int socket) {
        end();
        if (::send(socket, bytes_.data(), bytes_.size(), 0) < 0)
            return errno;
        std::array<char, 8192> answer{};
        const auto got = ::recv(socket, answer.data(), answer.size(), 0);
        if (got < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr))))
            return got < 0 ? errno : EPROTO;
        nlmsgerr error{};
        std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof error);
        return -error.error;
    }

  private:
    void put(const void *data, std::size_t size) {
        const auto *from = static_cast<const char *>(data);
        bytes_.insert(bytes_.end(), from, from + size);
    }
    void end() {
        if (bytes_.empty())
            return;
        const auto size = static_cast<std::uint32_t>(bytes_.size() - start_);
        std::memcpy(&bytes_[start_], &size, sizeof size);
    }

    std::vector<char> bytes_;
    std::size_t start_ = 0;
    std::uint32_t sequence_ = 0;
};

constexpr int nft(int message) {
    return NFNL_SUBSYS_NFTABLES << 8 | message;
}

Fd open_socket() {
    Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    timeval limit{2, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

template <typename Fill>
void expression(Batch &batch, const char *name, const Fill &fill) {
    batch.nest(NFTA_LIST_ELEM, [&] {
        batch.text(NFTA_EXPR_NAME, name);
        batch.nest(NFTA_EXPR_DATA, fill);
    });
}

void add_rule(Batch &batch, std::uint16_t number) {
    batch.begin(nft(NFT_MSG_NEWRULE), NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, NFPROTO_IPV4);
    batch.text(NFTA_RULE_TABLE, table);
    batch.text(NFTA_RULE_CHAIN, chain);
    batch.nest(NFTA_RULE_EXPRESSIONS, [&] {
        expression(batch, "meta", [&] {
            batch.u32(NFTA_META_DREG, NFT_REG_1);
            batch.u32(NFTA_META_KEY, NFT_META_L4PROTO);
        });
        expression(batch, "cmp", [&] {
            batch.u32(NFTA_CMP_SREG, NFT_REG_1);
            batch.u32(NFTA_CMP_OP, NFT_CMP_EQ);
            batch.nest(NFTA_CMP_DATA, [&] {
                const std::uint8_t wanted = udp_protocol;
                batch.raw(NFTA_DATA_VALUE, &wanted, sizeof wanted);
            });
        });
        expression(batch, "queue", [&] { batch.u16(NFTA_QUEUE_NUM, number); });
    });
}

} // namespace

Fd bind_queue(std::uint16_t number) {
    auto fd = open_socket();
    Batch bind;
    bind.begin(NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_CONFIG, NLM_F_ACK, AF_UNSPEC, number);
    nfqnl_msg_config_cmd command{};
    command.command = NFQNL_CFG_CMD_BIND;
    command.pf = htons(AF_INET);
    bind.raw(NFQA_CFG_CMD, &command, sizeof command);
    nfqnl_msg_config_params params{};
    params.copy_mode = NFQNL_COPY_META; // without it the kernel drops what it should queue
    bind.raw(NFQA_CFG_PARAMS, &params, sizeof params);
    if (const int error = bind.send(fd.get()); error != 0) {
        errno = error;
        return {};
    }
    return fd;
}

int add_queue_rule(std::uint16_t number) {
    Batch batch;
    batch.begin(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    batch.begin(nft(NFT_MSG_NEWTABLE), NLM_F_CREATE, NFPROTO_IPV4);
    batch.text(NFTA_TABLE_NAME, table);
    batch.begin(nft(NFT_MSG_NEWCHAIN), NLM_F_CREATE, NFPROTO_IPV4);
    batch.text(NFTA_CHAIN_TABLE, table);
    batch.text(NFTA_CHAIN_NAME, chain);
    batch.nest(NFTA_CHAIN_HOOK, [&] {
        batch.u32(NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_IN);
        batch.u32(NFTA_HOOK_PRIORITY, 0);
    });
    batch.text(NFTA_CHAIN_TYPE, "filter");
    add_rule(batch, number);
    batch.begin(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    return batch.send(open_socket().get());
}

int remove_queue_rule() {
    Batch batch;
    batch.begin(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    batch.begin(nft(NFT_MSG_DELTABLE), NLM_F_ACK, NFPROTO_IPV4);
    batch.text(NFTA_TABLE_NAME, table);
    batch.begin(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    return batch.send(open_socket().get());
}

} // namespace netswap::guest
