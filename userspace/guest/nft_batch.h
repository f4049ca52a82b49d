// SPDX-License-Identifier: GPL-2.0
// Requests to netfilter by hand.
#pragma once

#include "guest/netlink_batch.h"

#include <arpa/inet.h>
#include <cstdint>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

namespace netswap::guest {

constexpr std::uint16_t nfnl_type(int subsystem, int message) {
    return static_cast<std::uint16_t>(subsystem << 8 | message);
}

inline nfgenmsg nfnl_header(std::uint8_t family, std::uint16_t id) {
    nfgenmsg header{};
    header.nfgen_family = family;
    header.version = NFNETLINK_V0;
    header.res_id = htons(id);
    return header;
}

/// A message to nf_tables about IPv4.
inline void nft_message(NetlinkBatch &batch, int message, int flags) {
    batch.message(nfnl_type(NFNL_SUBSYS_NFTABLES, message),
                  static_cast<std::uint16_t>(flags | NLM_F_ACK), nfnl_header(NFPROTO_IPV4, 0));
}

/// A table that has one chain, for what passes `hook` (NF_INET_LOCAL_IN ...).
inline void nft_new_chain(NetlinkBatch &batch, const char *table, const char *chain,
                          std::uint32_t hook) {
    nft_message(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
    batch.put_text(NFTA_TABLE_NAME, table);
    nft_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
    batch.put_text(NFTA_CHAIN_TABLE, table);
    batch.put_text(NFTA_CHAIN_NAME, chain);
    const auto where = batch.nest(NFTA_CHAIN_HOOK);
    batch.put_be32(NFTA_HOOK_HOOKNUM, hook);
    batch.put_be32(NFTA_HOOK_PRIORITY, 0);
    batch.end(where);
    batch.put_text(NFTA_CHAIN_TYPE, "filter");
}

inline void nft_drop_table(NetlinkBatch &batch, const char *table) {
    nft_message(batch, NFT_MSG_DELTABLE, 0);
    batch.put_text(NFTA_TABLE_NAME, table);
}

/// One expression of a rule. `fill` puts its parameters.
template <typename Fill>
void nft_expression(NetlinkBatch &batch, const char *name, Fill fill) {
    const auto element = batch.nest(NFTA_LIST_ELEM);
    batch.put_text(NFTA_EXPR_NAME, name);
    const auto data = batch.nest(NFTA_EXPR_DATA);
    fill();
    batch.end(data);
    batch.end(element);
}

/// `fill` puts the messages of one transaction.
template <typename Fill>
Result<void> nft_transaction(Fill fill) {
    const auto socket = netlink_socket(NETLINK_NETFILTER);
    if (!socket)
        return tl::unexpected(socket.error());
    NetlinkBatch batch;
    batch.message(NFNL_MSG_BATCH_BEGIN, 0, nfnl_header(AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
    fill(batch);
    batch.message(NFNL_MSG_BATCH_END, 0, nfnl_header(AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
    return talk(*socket, batch);
}

} // namespace netswap::guest
