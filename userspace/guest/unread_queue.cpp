// SPDX-License-Identifier: GPL-2.0
#include "guest/unread_queue.h"

#include "guest/nft_batch.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace netswap::guest {
namespace {

constexpr const char *table = "hostile";
constexpr const char *chain = "input";
constexpr std::uint16_t queue_number = 0;
constexpr std::uint32_t queue_length = 4096; ///< packets
constexpr int room_for_messages = 16 << 20;  ///< or the kernel drops what it cannot tell us of

/// Goes on only with packets that have `value` there.
template <typename Number>
void match(NetlinkBatch &batch, std::uint32_t base, std::uint32_t offset, Number value) {
    nft_expression(batch, "payload", [&] {
        batch.put_be32(NFTA_PAYLOAD_DREG, NFT_REG_1);
        batch.put_be32(NFTA_PAYLOAD_BASE, base);
        batch.put_be32(NFTA_PAYLOAD_OFFSET, offset);
        batch.put_be32(NFTA_PAYLOAD_LEN, sizeof value);
    });
    nft_expression(batch, "cmp", [&] {
        batch.put_be32(NFTA_CMP_SREG, NFT_REG_1);
        batch.put_be32(NFTA_CMP_OP, NFT_CMP_EQ);
        const auto data = batch.nest(NFTA_CMP_DATA);
        batch.put(NFTA_DATA_VALUE, value);
        batch.end(data);
    });
}

void add_rule(NetlinkBatch &batch, std::optional<std::uint16_t> port) {
    constexpr std::uint32_t protocol_offset = 9; ///< in the IPv4 header
    constexpr std::uint32_t port_offset = 2;     ///< in the UDP header
    batch.put_text(NFTA_RULE_TABLE, table);
    batch.put_text(NFTA_RULE_CHAIN, chain);
    const auto expressions = batch.nest(NFTA_RULE_EXPRESSIONS);
    match(batch, NFT_PAYLOAD_NETWORK_HEADER, protocol_offset, std::uint8_t{IPPROTO_UDP});
    if (port)
        match(batch, NFT_PAYLOAD_TRANSPORT_HEADER, port_offset, htons(*port));
    nft_expression(batch, "queue", [&] {
        batch.put_be16(NFTA_QUEUE_NUM, queue_number);
        batch.put_be16(NFTA_QUEUE_TOTAL, 1);
    });
    batch.end(expressions);
}

Result<void> add_table(std::optional<std::uint16_t> port) {
    return nft_transaction([&](NetlinkBatch &batch) {
        nft_new_chain(batch, table, chain, NF_INET_LOCAL_IN);
        nft_message(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
        add_rule(batch, port);
    });
}

void configure(NetlinkBatch &batch) {
    batch.message(nfnl_type(NFNL_SUBSYS_QUEUE, NFQNL_MSG_CONFIG), NLM_F_ACK,
                  nfnl_header(AF_UNSPEC, queue_number));
}

} // namespace

Result<void> drop_queued(const Fd &queue) {
    constexpr std::uint32_t last = 0x7fffffff; ///< no packet has a later number
    NetlinkBatch batch;
    // No acknowledgement: before it would come all that was told of the packets.
    batch.message(nfnl_type(NFNL_SUBSYS_QUEUE, NFQNL_MSG_VERDICT_BATCH), 0,
                  nfnl_header(AF_UNSPEC, queue_number));
    nfqnl_msg_verdict_hdr verdict{};
    verdict.verdict = htonl(NF_DROP);
    verdict.id = htonl(last);
    batch.put(NFQA_VERDICT_HDR, verdict);
    return talk(queue, batch);
}

Result<void> queue_no_datagrams() {
    return nft_transaction([](NetlinkBatch &batch) { nft_drop_table(batch, table); });
}

Result<Fd> queue_datagrams(std::optional<std::uint16_t> port) {
    if (auto done = add_table(port); !done)
        return with_context(done.error(), "nf_tables rule");
    auto socket = netlink_socket(NETLINK_NETFILTER);
    if (!socket)
        return socket;
    ::setsockopt(socket->get(), SOL_SOCKET, SO_RCVBUFFORCE, &room_for_messages,
                 sizeof room_for_messages);
    NetlinkBatch batch;
    configure(batch);
    nfqnl_msg_config_cmd bind{};
    bind.command = NFQNL_CFG_CMD_BIND;
    bind.pf = htons(AF_INET);
    batch.put(NFQA_CFG_CMD, bind);
    configure(batch);
    nfqnl_msg_config_params params{};
    params.copy_mode = NFQNL_COPY_META;
    batch.put(NFQA_CFG_PARAMS, params);
    batch.put_be32(NFQA_CFG_QUEUE_MAXLEN, queue_length);
    if (auto done = talk(*socket, batch); !done)
        return with_context(done.error(), "netfilter queue");
    return socket;
}

} // namespace netswap::guest
