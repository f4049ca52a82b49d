// SPDX-License-Identifier: GPL-2.0
#include "guest/bench_sample.h"

#include <algorithm>
#include <sstream>
#include <vector>
#include <x86intrin.h>

namespace netswap::guest {
namespace {

/// Two instructions a turn.
std::uint64_t ticks_of_loop(std::uint64_t turns) {
    const auto begin = instructions_now();
    asm volatile("1: dec %0\n\tjnz 1b" : "+r"(turns) : : "cc");
    return instructions_now() - begin;
}

} // namespace

std::uint64_t instructions_now() {
    return __rdtsc();
}

Result<void> check_counter() {
    // A tick may fall into one; not into each of them.
    std::uint64_t small = UINT64_MAX, large = UINT64_MAX;
    for (int i = 0; i < 5; ++i) {
        small = std::min(small, ticks_of_loop(1000));
        large = std::min(large, ticks_of_loop(11000));
    }
    if (large - small != 20000)
        return fail("the time stamp counter does not count instructions: 20000 of them took " +
                    std::to_string(large - small) + " ticks (is QEMU run with -icount shift=0?)");
    return {};
}

Result<Count> count_load(const NamedLoad &load, int samples) {
    std::vector<std::uint64_t> ticks;
    ticks.reserve(static_cast<std::size_t>(samples));
    for (int i = 0; i < load.warm_up + samples; ++i) {
        if (load.before)
            if (const auto ready = load.before(); !ready)
                return with_context(ready.error(), load.name);
        const auto begin = instructions_now();
        const auto done = load.load();
        const auto end = instructions_now();
        if (!done)
            return with_context(done.error(), load.name);
        if (i >= load.warm_up)
            ticks.push_back(end - begin);
    }
    std::sort(ticks.begin(), ticks.end());
    return Count{load.name, load.batch, ticks.size(), ticks.front(), ticks[ticks.size() / 2]};
}

Result<Count> parse_count(const std::string &line) {
    std::istringstream words(line);
    Count count;
    std::string rest;
    if (!(words >> count.name >> count.batch >> count.samples >> count.min >> count.median) ||
        count.batch == 0 || words >> rest)
        return fail("netswap_bench says '" + line + "'");
    return count;
}

} // namespace netswap::guest
