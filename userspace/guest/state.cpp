// SPDX-License-Identifier: GPL-2.0
#include "guest/state.h"

#include "guest/guard_counters.h"
#include "guest/hostile_facts.h"
#include "guest/modules.h"
#include "guest/network.h"
#include "guest/sysfile.h"
#include "lib/proc_parse.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <sys/utsname.h>

namespace netswap::guest {
namespace {

using nlohmann::json;

void put_number(json &out, const char *key, const std::string &path) {
    const auto word = read_word(path);
    long long value = 0;
    if (word && std::from_chars(word->data(), word->data() + word->size(), value).ec == std::errc{})
        out[key] = value;
}

json groups() {
    json out = json::object();
    for (const char *group : reserve_groups)
        if (const auto who = read_word(reserve_dir + group))
            out[group] = *who;
    return out;
}

} // namespace

std::string kernel_release() {
    utsname name{};
    ::uname(&name);
    return name.release;
}

void send_state(Channel &channel, std::string_view type, const std::vector<std::string> &hostile) {
    json out{{"type", type}, {"release", kernel_release()}};
    // "stock": nobody can be asked, the kernel has no hooks.
    out["policy"] = read_word(reserve_dir + "policy").value_or("stock");
    out["groups"] = groups();
    out["modules"] = loaded_modules();
    put_number(out, "min_free_kbytes", "/proc/sys/vm/min_free_kbytes");
    out["thp"] = std::string(
        parse_choice(read_text("/sys/kernel/mm/transparent_hugepage/enabled").value_or("never")));
    const auto nic = find_nic();
    out["nic_driver"] = nic ? nic->driver : "";
    for (const char *file : {"marked_sockets", "emergency_pages", "slab_strict"})
        put_number(out, file, reserve_dir + file);
    out["cpus"] = ::sysconf(_SC_NPROCESSORS_ONLN);
    const auto meminfo = read_text("/proc/meminfo").value_or("");
    out["mem_total_kb"] = parse_meminfo(meminfo, "MemTotal").value_or(0);
    out["swap_total_kb"] = parse_meminfo(meminfo, "SwapTotal").value_or(0);
    out["hostile"] = hostile_facts(hostile);
    channel.send(out.dump());
}

void send_counters(Channel &channel, CounterSource &source) {
    json out{{"type", "counters"}, {"vmstat", json::object()}, {"netstat", json::object()}};
    for (const auto &[name, value] : parse_counters(read_text("/proc/vmstat").value_or("")))
        out["vmstat"][name] = value;
    const auto netstat = read_text("/proc/net/netstat").value_or("");
    for (const char *field : {"PFMemallocDrop", "TCPTimeouts", "TCPBacklogDrop", "TCPRcvQDrop"})
        if (const auto value = parse_netstat(netstat, "TcpExt", field))
            out["netstat"][field] = *value;
    out["netswap"] = json::object();
    if (const auto counters = source.read())
        for (const auto &[name, value] : *counters)
            out["netswap"][name] = value;
    else
        out["netswap_error"] = counters.error().message;
    for (const auto &[name, value] : guard_counters())
        out["netswap"][name] = value;
    channel.send(out.dump());
}

} // namespace netswap::guest
