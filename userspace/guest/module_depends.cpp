// SPDX-License-Identifier: GPL-2.0
#include "guest/modules.h"

#include <algorithm>

namespace netswap::guest {

// .modinfo is a run of zero-terminated "key=value" strings, so the key is found
// by the zero byte before it; no need to walk the section table.
std::vector<std::string> module_dependencies(std::string_view elf) {
    using namespace std::string_view_literals;
    constexpr auto key = "\0depends="sv;
    const auto at = elf.find(key);
    if (at == std::string_view::npos)
        return {};
    auto list = elf.substr(at + key.size());
    list = list.substr(0, list.find('\0'));
    std::vector<std::string> names;
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        if (end > 0)
            names.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return names;
}

} // namespace netswap::guest
