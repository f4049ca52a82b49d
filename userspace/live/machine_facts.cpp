// SPDX-License-Identifier: GPL-2.0
#include "live/machine_facts.h"

#include <array>
#include <filesystem>

#include <unistd.h>

#include "lib/text.h"

namespace netswap::live {

namespace {

/// Heads of packets received and sent, the data of small ones, and of what does not fit there.
constexpr std::array caches{"skbuff_head_cache", "skbuff_fclone_cache", "skbuff_small_head",
                            "kmalloc-1k", "kmalloc-2k"};

class Tree {
  public:
    explicit Tree(const Paths &paths) : paths_(paths) {}

    /// Number `index` of a line of them, or `otherwise`.
    [[nodiscard]] std::int64_t sysctl(const std::string &name, std::int64_t otherwise,
                                      std::size_t index = 0) const {
        const auto text = read_file(paths_.proc("sys/" + name));
        if (!text)
            return otherwise;
        std::string line = *text;
        for (auto &c : line)
            c = c == '\t' || c == '\n' ? ' ' : c;
        std::vector<std::string_view> words = split(line, ' ');
        std::erase_if(words, [](auto word) { return word.empty(); });
        return index < words.size() ? parse_number(words[index]).value_or(otherwise) : otherwise;
    }

    /// Pages of a slab of this cache as /proc/slabinfo has it, for the allocator SLAB, which has
    /// nothing in sysfs.
    [[nodiscard]] std::optional<std::int64_t> slab_pages(std::string_view cache) const {
        constexpr std::size_t column = 5;
        const auto text = read_file(paths_.proc("slabinfo"));
        if (!text)
            return std::nullopt;
        for (const auto line : split(*text, '\n')) {
            auto words = split(line, ' ');
            std::erase_if(words, [](auto word) { return word.empty(); });
            if (words.size() > column && words.front() == cache)
                return parse_number(words[column]);
        }
        return std::nullopt;
    }

    [[nodiscard]] std::string sys(const std::string &name) const {
        const auto text = read_file(paths_.sys(name));
        return text ? std::string(trim(*text)) : "";
    }

  private:
    const Paths &paths_;
};

/// CPUs in a list like "0-3,6".
int count_cpus(std::string_view list) {
    int count = 0;
    for (const auto part : split(list, ',')) {
        const auto dash = part.find('-');
        const auto first = parse_number(part.substr(0, dash));
        const auto last = dash == part.npos ? first : parse_number(part.substr(dash + 1));
        if (first && last && *last >= *first)
            count += static_cast<int>(*last - *first + 1);
    }
    return count;
}

std::string chosen(const std::string &choices) {
    const auto begin = choices.find('['), end = choices.find(']');
    return begin == choices.npos || end == choices.npos
               ? choices
               : choices.substr(begin + 1, end - begin - 1);
}

std::vector<SlabFacts> read_slabs(const Tree &tree) {
    std::vector<SlabFacts> slabs;
    for (const auto *name : caches) {
        const auto order = parse_number(tree.sys(std::string("kernel/slab/") + name + "/order"));
        SlabFacts slab{name, 8, true}; // order 3 is as far as SLUB goes by itself
        if (order && *order >= 0 && *order < 12)
            slab.pages = 1 << *order;
        else if (const auto listed = tree.slab_pages(name);
                 listed && *listed > 0 && *listed < 1 << 12)
            slab.pages = static_cast<int>(*listed);
        else
            slab.known = false;
        slabs.push_back(std::move(slab));
    }
    return slabs;
}

std::optional<HookFacts> read_hook(const Tree &tree) {
    HookFacts hook;
    hook.policy = tree.sys("kernel/memreserve/policy");
    if (hook.policy.empty())
        return std::nullopt;
    hook.refill = tree.sys("kernel/memreserve/refill");
    hook.gfp = tree.sys("kernel/memreserve/gfp");
    hook.emergency_pages = parse_number(tree.sys("kernel/memreserve/emergency_pages")).value_or(0);
    return hook;
}

} // namespace

Result<MachineFacts> read_machine_facts(const Paths &paths, LinkProbe &probe,
                                        const std::vector<std::string> &servers) {
    const Tree tree(paths);
    MachineFacts facts;
    facts.servers = servers;
    facts.page_bytes = ::sysconf(_SC_PAGESIZE);

    const auto zoneinfo = read_file(paths.proc("zoneinfo"));
    if (!zoneinfo)
        return tl::unexpected(Error{zoneinfo.error().message, exit_host});
    auto zones = parse_zones(*zoneinfo);
    if (!zones)
        return tl::unexpected(zones.error());
    facts.zones = std::move(*zones);
    facts.min_free_kb = tree.sysctl("vm/min_free_kbytes", -1);
    if (facts.min_free_kb < 0)
        return fail(paths.proc("sys/vm/min_free_kbytes") + ": no number in it; is /proc mounted?",
                    exit_host);

    facts.boost_factor = tree.sysctl("vm/watermark_boost_factor", 0);
    facts.scale_factor = tree.sysctl("vm/watermark_scale_factor", 10);
    facts.user_reserve_kb = tree.sysctl("vm/user_reserve_kbytes", 0);
    facts.thp = chosen(tree.sys("kernel/mm/transparent_hugepage/enabled"));
    facts.pageblock_pages =
        parse_number(tree.sys("kernel/mm/transparent_hugepage/hpage_pmd_size")).value_or(0) /
        facts.page_bytes;
    facts.cpus = std::max(1, count_cpus(tree.sys("devices/system/cpu/online")));
    facts.slabs = read_slabs(tree);

    facts.ipfrag_high = tree.sysctl("net/ipv4/ipfrag_high_thresh", 4 << 20);
    facts.ip6frag_high = tree.sysctl("net/ipv6/ip6frag_high_thresh", 0);
    facts.wmem_max = tree.sysctl("net/core/wmem_max", 212992);
    facts.tcp_wmem_max = tree.sysctl("net/ipv4/tcp_wmem", 4 << 20, 2);
    facts.tcp_rmem_default = tree.sysctl("net/ipv4/tcp_rmem", 131072, 1);
    facts.tcp_mem_max = tree.sysctl("net/ipv4/tcp_mem", 0, 2);
    facts.backlog = tree.sysctl("net/core/netdev_max_backlog", 1000);
    facts.dev_weight = tree.sysctl("net/core/dev_weight", 64);
    facts.hook = read_hook(tree);

    const auto nics = nics_for(paths, probe, servers);
    if (!nics)
        return tl::unexpected(nics.error());
    for (const auto &name : *nics)
        facts.nics.push_back(read_nic(paths, probe, name, facts.page_bytes));
    facts.same_host = !servers.empty() && nics->empty();
    return facts;
}

} // namespace netswap::live
