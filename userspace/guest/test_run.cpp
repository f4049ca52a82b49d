// SPDX-License-Identifier: GPL-2.0
#include "guest/test_run.h"

#include "guest/behaviour_run.h"
#include "guest/clock.h"
#include "guest/cpus.h"
#include "guest/kernel_health.h"
#include "guest/kunit_run.h"
#include "guest/network.h"
#include "guest/prepare.h"
#include "guest/state.h"
#include "guest/sysfile.h"

namespace netswap::guest {

Verdict run_tests(Channel &channel, const Config &config) {
    const auto start = monotonic_ns();
    TestTally tally(channel, config.tests);
    if (const auto started = start_cpus(); !started)
        tally.fail("lab", "cpus", started.error().message);
    if (find_nic())
        if (const auto up = prepare_network(); !up)
            tally.fail("lab", "network", up.error().message);
    send_state(channel, "state", config.hostile);
    auto kmsg = Kmsg::open_at_end();
    if (!kmsg)
        tally.fail("kernel", "(log)", kmsg.error().message);
    // With pages of all kinds taken by the thousand the boost against fragmentation would make
    // ordinary callers short of memory that is free, and the OOM killer finds nobody.
    if (const auto off = write_text("/proc/sys/vm/watermark_boost_factor", "0"); !off)
        tally.fail("lab", "watermark boost", off.error().message);
    KernelLeakSite leak_site;
    LeakFinder leaks(leak_site);
    leaks.forget();
    send_phase(channel, "kunit");
    run_kunit(tally);
    send_phase(channel, "behaviour");
    run_behaviour(tally, config);
    if (kmsg) {
        send_phase(channel, "leaks");
        if (const auto healthy = check_kernel(*kmsg, leaks); !healthy)
            tally.fail("kernel", "(health)", healthy.error().message);
    }
    send_phase(channel, "done");
    const auto elapsed = static_cast<double>(monotonic_ns() - start) / 1e9;
    return {tally.ok() ? Outcome::pass : Outcome::error, tally.summary(), elapsed};
}

} // namespace netswap::guest
