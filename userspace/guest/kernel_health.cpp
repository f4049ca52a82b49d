// SPDX-License-Identifier: GPL-2.0
#include "guest/kernel_health.h"

#include <unistd.h>

#include "guest/leak_report.h"
#include "guest/sysfile.h"

namespace netswap::guest {
namespace {

constexpr const char *leak_file = "/sys/kernel/debug/kmemleak";
constexpr unsigned oldest_young = 6; // seconds; the kernel leaves younger memory alone for 5

} // namespace

bool KernelLeakFinder::there() const {
    return ::access(leak_file, R_OK | W_OK) == 0;
}

void KernelLeakFinder::forget() {
    (void)write_text(leak_file, "clear");
}

Result<std::string> KernelLeakFinder::find() {
    ::sleep(oldest_young);
    // The second time confirms: the first one may have met memory on its way to its owner.
    for (int round = 0; round < 2; ++round)
        if (const auto done = write_text(leak_file, "scan"); !done)
            return with_context(done.error(), "looking for leaks");
    return read_text(leak_file);
}

Result<void> check_kernel(Kmsg &kmsg, LeakFinder &leaks) {
    kmsg.watch();
    if (const auto fault = kmsg.fault())
        return fail("kernel log: " + std::string(*fault));
    if (!leaks.there())
        return {};
    const auto report = leaks.find();
    if (!report)
        return tl::unexpected(report.error());
    if (const auto words = leaks_in_words(*report); !words.empty())
        return fail("kernel memory: " + words);
    return {};
}

} // namespace netswap::guest
