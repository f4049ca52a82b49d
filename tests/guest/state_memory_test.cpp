// SPDX-License-Identifier: GPL-2.0
// What the network remembers, and is not asked about, is of ordinary memory once sock_memalloc is
// there. Mainline, which says nothing of that, is the control of each case.
#include "allocation_trace.h"
#include "guest/nft_batch.h"
#include "marked_packets.h"
#include "skip.h"
#include "tcp_pair.h"
#include "test_net.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <functional>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace netswap;
using namespace netswap::guest;

namespace {

constexpr const char *no_reserve = "__GFP_NOMEMALLOC";

using Which = std::function<bool(const Allocation &)>;

/// Runs `make_state` without and with sock_memalloc, never for the same peer twice. `which` tells
/// the allocation that is meant.
void check_memory(const std::function<void()> &make_state, const Which &which) {
    const auto allocations = [&] {
        AllocationTrace trace;
        make_state();
        auto all = trace.taken();
        all.erase(std::remove_if(all.begin(), all.end(), std::not_fn(which)), all.end());
        return all;
    };
    const auto spared = [](const Allocation &allocation) { return allocation.has(no_reserve); };
    if (reserve("policy") == "mainline") { // bare has nothing of the reserve for softirq anyway
        INFO("mainline");
        const auto all = allocations();
        CHECK_FALSE(all.empty());
        CHECK(std::none_of(all.begin(), all.end(), spared));
    }
    INFO("sock_memalloc");
    const Loaded core{std::string(core_module)};
    const Loaded sock("sock_memalloc");
    const auto all = allocations();
    CHECK_FALSE(all.empty());
    CHECK(std::all_of(all.begin(), all.end(), spared));
}

/// A socket that hears of neighbours, and reads nothing.
Fd listen_to_neighbours() {
    auto socket = netlink_socket(NETLINK_ROUTE);
    REQUIRE(socket.has_value());
    sockaddr_nl here{};
    here.nl_family = AF_NETLINK;
    here.nl_groups = RTMGRP_NEIGH;
    REQUIRE(::bind(socket->get(), reinterpret_cast<sockaddr *>(&here), sizeof here) == 0);
    return std::move(*socket);
}

/// Tells the kernel who has an address on the tap.
void add_neighbour(const std::string &address) {
    arpreq request{};
    sockaddr_in who{};
    who.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, address.c_str(), &who.sin_addr) == 1);
    std::memcpy(&request.arp_pa, &who, sizeof who);
    request.arp_ha.sa_family = ARPHRD_ETHER;
    std::memcpy(request.arp_ha.sa_data, link_address(UnreadTap::name).data(), ETH_ALEN);
    request.arp_flags = ATF_COM;
    std::strncpy(request.arp_dev, UnreadTap::name, sizeof request.arp_dev - 1);
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    REQUIRE(::ioctl(socket.get(), SIOCSARP, &request) == 0);
}

/// As long as it lives, nf_tables notes whom this machine sends to.
class NotedPeers {
  public:
    NotedPeers() {
        done(nft_transaction([](NetlinkBatch &batch) {
            nft_new_chain(batch, table, chain, NF_INET_LOCAL_OUT);
            add_set(batch);
            add_rule(batch);
        }));
    }
    NotedPeers(const NotedPeers &) = delete;
    NotedPeers &operator=(const NotedPeers &) = delete;
    ~NotedPeers() {
        done(nft_transaction([](NetlinkBatch &batch) { nft_drop_table(batch, table); }));
    }

  private:
    static constexpr const char *table = "peers";
    static constexpr const char *chain = "output";
    static constexpr const char *set = "addresses";
    static constexpr std::uint32_t set_id = 1;

    static void done(const Result<void> &result) {
        INFO((result ? "" : result.error().message));
        CHECK(result.has_value());
    }

    static void add_set(NetlinkBatch &batch) {
        nft_message(batch, NFT_MSG_NEWSET, NLM_F_CREATE);
        batch.put_text(NFTA_SET_TABLE, table);
        batch.put_text(NFTA_SET_NAME, set);
        batch.put_be32(NFTA_SET_FLAGS, NFT_SET_EVAL);
        batch.put_be32(NFTA_SET_KEY_TYPE, 0);
        batch.put_be32(NFTA_SET_KEY_LEN, sizeof(in_addr));
        batch.put_be32(NFTA_SET_ID, set_id);
    }

    static void add_rule(NetlinkBatch &batch) {
        constexpr std::uint32_t destination_offset = 16; ///< in the IPv4 header
        nft_message(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
        batch.put_text(NFTA_RULE_TABLE, table);
        batch.put_text(NFTA_RULE_CHAIN, chain);
        const auto expressions = batch.nest(NFTA_RULE_EXPRESSIONS);
        nft_expression(batch, "payload", [&] {
            batch.put_be32(NFTA_PAYLOAD_DREG, NFT_REG_1);
            batch.put_be32(NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
            batch.put_be32(NFTA_PAYLOAD_OFFSET, destination_offset);
            batch.put_be32(NFTA_PAYLOAD_LEN, sizeof(in_addr));
        });
        nft_expression(batch, "dynset", [&] {
            batch.put_text(NFTA_DYNSET_SET_NAME, set);
            batch.put_be32(NFTA_DYNSET_SET_ID, set_id);
            batch.put_be32(NFTA_DYNSET_OP, NFT_DYNSET_OP_ADD);
            batch.put_be32(NFTA_DYNSET_SREG_KEY, NFT_REG_1);
        });
        batch.end(expressions);
    }
};

/// Sends an empty datagram, wherever it may end.
void send_datagram(const std::string &address) {
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(9);
    REQUIRE(::inet_pton(AF_INET, address.c_str(), &where.sin_addr) == 1);
    REQUIRE(::sendto(socket.get(), "", 0, 0, reinterpret_cast<sockaddr *>(&where), sizeof where) ==
            0);
}

} // namespace

TEST_CASE("TCP's notes about a peer are of ordinary memory") {
    if (!complete())
        return skip(not_complete);
    const LoopbackDevice lo;
    int number = 20;
    check_memory(
        [&] {
            auto pair = connect_pair("127.0.1." + std::to_string(++number), 16384);
            REQUIRE(::send(pair.sender.get(), "x", 1, 0) == 1);
            char byte = 0;
            REQUIRE(::recv(pair.receiver.get(), &byte, 1, 0) == 1);
            pair.sender = Fd();
            REQUIRE(::recv(pair.receiver.get(), &byte, 1, 0) == 0);
            pair.receiver = Fd();
        },
        [](const auto &allocation) {
            return allocation.in("tcpm_new") || allocation.in("tcp_get_metrics");
        });
}

TEST_CASE("notes about who was told of an error are of ordinary memory") {
    if (!packets_can_be_marked())
        return skip(no_marked_packets);
    const DummyDevice device;
    int number = 60;
    check_memory(
        [&] {
            const MarkedPackets module;
            const auto peer = "198.51.100." + std::to_string(++number);
            MarkedPackets::send("gro-plain", DummyDevice::name, 1,
                                Frame(link_address(DummyDevice::name), Frame::ip)
                                    .ipv4(peer.c_str(), DummyDevice::address, IPPROTO_UDP, 8)
                                    .udp(9));
            MarkedPackets::send("gro-end", DummyDevice::name, 1,
                                Frame(link_address(DummyDevice::name), Frame::ip));
        },
        [](const auto &allocation) { return allocation.in("inet_getpeer"); });
}

TEST_CASE("elements that rules add to a set are of ordinary memory") {
    if (!complete())
        return skip(not_complete);
    const LoopbackDevice lo;
    const NotedPeers rules;
    int number = 20;
    check_memory([&] { send_datagram("127.0.2." + std::to_string(++number)); },
                 [](const auto &allocation) { return allocation.in("nft_set_elem_init"); });
}

TEST_CASE("news of neighbours are of ordinary memory") {
    if (!complete())
        return skip(not_complete);
    const UnreadTap tap;
    const Fd one = listen_to_neighbours(), other = listen_to_neighbours();
    int number = 100;
    const auto add = [&] { add_neighbour("203.0.113." + std::to_string(++number)); };
    const auto mine = [me = ::gettid()](const Allocation &allocation, const char *function) {
        return allocation.thread == me && allocation.in(function) && allocation.has("GFP_ATOMIC");
    };
    SECTION("the message") {
        // Its data never takes more than one try at the reserve, and says so itself.
        check_memory(add, [&](const auto &allocation) {
            return mine(allocation, "__alloc_skb") && !allocation.has("__GFP_NOWARN");
        });
    }
    SECTION("what the second listener gets") {
        check_memory(add, [&](const auto &allocation) { return mine(allocation, "skb_clone"); });
    }
}
