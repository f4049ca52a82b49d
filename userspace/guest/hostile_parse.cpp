// SPDX-License-Identifier: GPL-2.0
#include "guest/hostile_parse.h"

#include "lib/proc_parse.h"
#include "lib/text.h"

#include <charconv>

namespace netswap::guest {
namespace {

std::int64_t number(std::string_view text, int base = 10) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

/// Calls `take` with the words of each line that has at least `least` of them.
template <typename Take>
void for_each_row(std::string_view table, std::size_t least, Take take) {
    for (const auto line : split(table, '\n'))
        if (const auto words = proc_words(line); words.size() >= least)
            take(words);
}

/// "0A4D0002:2329" -> 0x2329
std::int64_t port_of(std::string_view address) {
    const auto colon = address.find(':');
    return colon == std::string_view::npos ? -1 : number(address.substr(colon + 1), 16);
}

/// "00000000:00000A00" -> 0xA00: what waits to be received
std::int64_t received_of(std::string_view queues) {
    return port_of(queues);
}

} // namespace

Facts udp_facts(std::string_view table, std::uint16_t port) {
    Facts facts{{"sockets", 0}, {"queued", 0}, {"drops", 0}};
    for_each_row(table, 13, [&](const auto &words) {
        if (port_of(words[1]) != port)
            return;
        facts["sockets"]++;
        facts["queued"] += received_of(words[4]);
        facts["drops"] += number(words[12]);
    });
    return facts;
}

Facts tcp_facts(std::string_view table, std::uint16_t port) {
    Facts facts{{"listening", 0}, {"established", 0}, {"queued", 0}};
    for_each_row(table, 10, [&](const auto &words) {
        if (port_of(words[1]) != port)
            return;
        if (words[3] == "0A") {
            facts["listening"]++;
            return; // its queue counts connections
        }
        facts["established"] += words[3] == "01" ? 1 : 0;
        facts["queued"] += received_of(words[4]);
    });
    return facts;
}

Facts packet_facts(std::string_view table) {
    Facts facts{{"sockets", 0}, {"queued", 0}};
    for_each_row(table, 9, [&](const auto &words) {
        if (words[3] != "0800")
            return;
        facts["sockets"]++;
        facts["queued"] += number(words[6]);
    });
    return facts;
}

Facts fragment_facts(std::string_view sockstat) {
    Facts facts{{"queues", 0}, {"queued", 0}};
    for_each_row(sockstat, 5, [&](const auto &words) {
        if (words[0] == "FRAG:")
            facts = {{"queues", number(words[2])}, {"queued", number(words[4])}};
    });
    return facts;
}

Facts netfilter_queue_facts(std::string_view table) {
    Facts facts{{"queues", 0}, {"queued", 0}, {"drops", 0}};
    for_each_row(table, 9, [&](const auto &words) {
        facts["queues"]++;
        facts["queued"] += number(words[2]);
        facts["drops"] += number(words[5]) + number(words[6]);
    });
    return facts;
}

Facts neighbour_facts(std::string_view table, std::string_view interface) {
    Facts facts{{"unresolved", 0}};
    for_each_row(table, 6, [&](const auto &words) {
        if (words[5] == interface && words[2] == "0x0")
            facts["unresolved"]++;
    });
    return facts;
}

} // namespace netswap::guest
