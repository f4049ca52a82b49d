// SPDX-License-Identifier: GPL-2.0
#include "live/nic_facts.h"

#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "lib/text.h"

namespace netswap::live {

namespace {

namespace fs = std::filesystem;

/// What most drivers set their rings to.
constexpr int usual_ring = 256;
/// Ethernet header, VLAN tag and checksum around an MTU; headroom before and the shared info
/// behind a frame.
constexpr std::int64_t frame_bytes = 14 + 4 + 4, around_bytes = 64 + 320;
constexpr std::int64_t least_buffer = 2048;
/// virtio's feature bits.
constexpr std::size_t guest_tso4 = 7, guest_tso6 = 8, guest_ufo = 10, mergeable = 15;
constexpr std::int64_t virtio_header = 12, max_frags = 17;

/// Read in the sources of 6.12 and 6.1.
constexpr std::array granting{"8139cp", "8139too", "ena",       "i40e", "ice",
                              "igb",    "ixgbe",   "mlx4_core", "r8169"};
constexpr std::array refusing{"e1000", "vif", "virtio_net", "vmxnet3"};

std::string text_of(const std::string &file) {
    const auto text = read_file(file);
    return text ? std::string(trim(*text)) : "";
}

/// Names in a directory, sorted; none if it is not there.
std::vector<std::string> names_in(const std::string &directory) {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto &entry : fs::directory_iterator(directory, none))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> with_prefix(std::vector<std::string> names, const std::string &prefix) {
    std::erase_if(names, [&](const auto &name) { return name.rfind(prefix, 0) != 0; });
    return names;
}

std::string link_dir(const Paths &paths, const std::string &name) {
    return paths.sys("class/net/" + name);
}

bool has_driver(const Paths &paths, const std::string &name) {
    return fs::exists(link_dir(paths, name) + "/device");
}

void collect_below(const Paths &paths, const std::string &link, std::set<std::string> &into,
                   int depth = 0) {
    constexpr int deepest = 8;
    constexpr std::string_view prefix = "lower_";
    if (has_driver(paths, link)) {
        into.insert(link);
        return;
    }
    if (depth < deepest)
        for (const auto &lower : with_prefix(names_in(link_dir(paths, link)), std::string(prefix)))
            collect_below(paths, lower.substr(prefix.size()), into, depth + 1);
}

/// sysfs has virtio's features as a row of 0 and 1, lowest bit first.
bool feature(const std::string &row, std::size_t bit) {
    return row.size() > bit && row[bit] == '1';
}

void virtio_buffer(NicFacts &nic, const std::string &features, std::int64_t page) {
    const bool big = feature(features, guest_tso4) || feature(features, guest_tso6) ||
                     feature(features, guest_ufo);
    if (feature(features, mergeable) || features.empty()) {
        nic.buffer = page;
        nic.buffer_why = "a page: mergeable buffers grow with the packets they meet";
    } else if (big || nic.mtu > 1500) {
        const auto frags = big ? max_frags : (nic.mtu + page - 1) / page;
        nic.buffer = (frags + 1) * page;
        nic.buffer_why =
            fmt::format("{} pages: no mergeable buffers, each takes the largest packet", frags + 1);
    } else {
        nic.buffer = least_buffer;
        nic.buffer_why = "half a page: small buffers";
    }
}

void read_buffer(NicFacts &nic, const Paths &paths, std::int64_t page) {
    if (nic.driver == "virtio_net") {
        virtio_buffer(nic, text_of(link_dir(paths, nic.name) + "/device/features"), page);
        return;
    }
    const auto frame = static_cast<std::uint64_t>(nic.mtu + frame_bytes + around_bytes);
    nic.buffer = std::max(least_buffer, static_cast<std::int64_t>(std::bit_ceil(frame)));
    nic.buffer_why = fmt::format("a frame of MTU {} with its headroom, next power of two", nic.mtu);
    if (nic.lro.value_or(false) && nic.buffer < page) {
        nic.buffer = page;
        nic.buffer_why = "a page: LRO is on";
    }
}

RefillGrant grant_of(const Paths &paths, const std::string &driver) {
    const auto is = [&](const char *name) { return driver == name; };
    if (text_of(paths.sys("kernel/memreserve/refill")) == "module:rx_reserve" ||
        (driver == "virtio_net" && fs::exists(paths.sys("module/netswap_guard"))))
        return RefillGrant::yes;
    if (std::any_of(granting.begin(), granting.end(), is))
        return RefillGrant::yes;
    if (std::any_of(refusing.begin(), refusing.end(), is))
        return RefillGrant::no;
    return RefillGrant::unknown;
}

bool has_rps(const std::string &queues) {
    for (const auto &queue : with_prefix(names_in(queues), "rx-"))
        if (text_of(queues + "/" + queue + "/rps_cpus").find_first_not_of("0,") !=
            std::string::npos)
            return true;
    return false;
}

} // namespace

Result<std::vector<std::string>> nics_for(const Paths &paths, LinkProbe &probe,
                                          const std::vector<std::string> &servers) {
    std::set<std::string> found;
    if (servers.empty())
        for (const auto &name : names_in(paths.sys("class/net")))
            if (has_driver(paths, name))
                found.insert(name);
    for (const auto &server : servers) {
        const auto link = probe.route_link(server);
        if (!link)
            return tl::unexpected(link.error());
        if (*link == "lo")
            continue;
        const auto before = found.size();
        collect_below(paths, *link, found);
        if (found.size() == before) // a tunnel or the like: better counted than left out
            found.insert(*link);
    }
    return std::vector<std::string>(found.begin(), found.end());
}

NicFacts read_nic(const Paths &paths, LinkProbe &probe, const std::string &name,
                  std::int64_t page_bytes) {
    const auto dir = link_dir(paths, name);
    NicFacts nic;
    nic.name = name;
    std::error_code none;
    nic.driver = fs::read_symlink(dir + "/device/driver", none).filename();
    nic.mtu = static_cast<int>(parse_number(text_of(dir + "/mtu")).value_or(1500));
    nic.gro = probe.gro(name);
    nic.lro = probe.lro(name);
    nic.tso = probe.tso(name);

    const auto in_sysfs = static_cast<int>(with_prefix(names_in(dir + "/queues"), "rx-").size());
    nic.queues = std::max(1, in_sysfs);
    nic.queues_from = "sysfs";
    if (const auto channels = probe.rx_channels(name); channels && *channels >= nic.queues) {
        nic.queues = *channels;
        nic.queues_from = "ethtool";
    }
    nic.ring = usual_ring;
    nic.ring_from = "assumed";
    if (const auto ring = probe.rx_ring(name)) {
        nic.ring = *ring;
        nic.ring_from = "ethtool";
    }
    read_buffer(nic, paths, page_bytes);
    nic.rps = has_rps(dir + "/queues");
    nic.grant = grant_of(paths, nic.driver);
    return nic;
}

} // namespace netswap::live
