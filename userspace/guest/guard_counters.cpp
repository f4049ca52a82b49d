// SPDX-License-Identifier: GPL-2.0
#include "guest/guard_counters.h"

#include "guest/sysfile.h"

#include <charconv>

namespace netswap::guest {

CounterList guard_counters() {
    CounterList list;
    for (const std::string name : {"refills_poll", "refills_work", "unknown"}) {
        const auto word = read_word("/sys/module/netswap_guard/parameters/" + name);
        std::uint64_t value = 0;
        if (word &&
            std::from_chars(word->data(), word->data() + word->size(), value).ec == std::errc{})
            list.emplace_back("netswap_guard." + name, value);
    }
    return list;
}

} // namespace netswap::guest
