// SPDX-License-Identifier: GPL-2.0
#include "guest/leak_finder.h"

#include <unistd.h>

#include "guest/leak_report.h"
#include "guest/sysfile.h"

namespace netswap::guest {
namespace {

constexpr const char *leak_file = "/sys/kernel/debug/kmemleak";
constexpr std::chrono::seconds oldest_young{6}; // the kernel leaves younger memory alone for 5

} // namespace

bool KernelLeakSite::there() const {
    return ::access(leak_file, R_OK | W_OK) == 0;
}

Result<void> KernelLeakSite::order(const std::string &word) {
    return write_text(leak_file, word);
}

Result<std::string> KernelLeakSite::report() {
    return read_text(leak_file);
}

void KernelLeakSite::wait(std::chrono::seconds time) {
    ::sleep(static_cast<unsigned>(time.count()));
}

void LeakFinder::forget() {
    if (site_.there())
        (void)site_.order("clear");
}

Result<void> LeakFinder::check() {
    if (!site_.there())
        return {};
    site_.wait(oldest_young);
    // The second time confirms: the first one may have met memory on its way to its owner.
    for (int round = 0; round < 2; ++round)
        if (const auto done = site_.order("scan"); !done)
            return with_context(done.error(), "looking for leaks");
    const auto report = site_.report();
    if (!report)
        return with_context(report.error(), "looking for leaks");
    if (const auto words = leaks_in_words(*report); !words.empty())
        return fail("kernel memory: " + words);
    return {};
}

} // namespace netswap::guest
