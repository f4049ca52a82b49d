// SPDX-License-Identifier: GPL-2.0
#include "guest/hostile_facts.h"

#include "guest/dead_ends.h"
#include "guest/interface.h"
#include "guest/memory_cgroup.h"
#include "guest/network.h"
#include "guest/sysfile.h"
#include "lib/hostile_ground.h"
#include "lib/proc_parse.h"

namespace netswap::guest {
namespace {

std::string proc_net(const std::string &name) {
    return read_text("/proc/net/" + name).value_or("");
}

std::int64_t file_number(const std::string &path) {
    const auto word = read_word(path);
    return word ? std::strtoll(word->c_str(), nullptr, 10) : -1;
}

Facts fragments() {
    auto facts = fragment_facts(proc_net("sockstat"));
    facts["limit"] = file_number("/proc/sys/net/ipv4/ipfrag_high_thresh");
    return facts;
}

Facts forward() {
    auto facts = neighbour_facts(proc_net("arp"), silent_interface);
    facts["forwarding"] = file_number("/proc/sys/net/ipv4/ip_forward");
    for (const auto *interface : {silent_interface, plugged_interface})
        facts["interfaces"] +=
            file_number(std::string("/sys/class/net/") + interface + "/carrier") == 1 ? 1 : 0;
    facts["forwarded"] = static_cast<std::int64_t>(
        parse_netstat(proc_net("snmp"), "Ip", "ForwDatagrams").value_or(0));
    return facts;
}

Facts card() {
    const auto nic = find_nic();
    if (!nic)
        return {};
    Facts facts{{"mtu", file_number("/sys/class/net/" + nic->interface + "/mtu")}};
    if (const auto on = segmentation(nic->interface))
        facts["segmentation"] = *on ? 1 : 0;
    return facts;
}

Facts facts_of(std::string_view name) {
    if (name == "udp-flood")
        return udp_facts(proc_net("udp"), hostile::udp_flood_port);
    if (name == "tcp-unread")
        return tcp_facts(proc_net("tcp"), hostile::tcp_unread_port);
    if (name == "connections")
        return tcp_facts(proc_net("tcp"), hostile::connections_port);
    if (name == "fragments")
        return fragments();
    if (name == "forward")
        return forward();
    if (name == "packet-socket")
        return packet_facts(proc_net("packet"));
    if (name == "nfqueue")
        return netfilter_queue_facts(proc_net("netfilter/nfnetlink_queue"));
    if (name == "memcg")
        return memory_cgroup_facts();
    if (name == "loss1" || name == "loss5" || name == "jumbo")
        return card();
    return {};
}

} // namespace

std::map<std::string, Facts> hostile_facts(const std::vector<std::string> &names) {
    std::map<std::string, Facts> all;
    for (const auto &name : names)
        if (auto facts = facts_of(name); !facts.empty())
            all[name] = std::move(facts);
    return all;
}

} // namespace netswap::guest
