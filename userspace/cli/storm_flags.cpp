// SPDX-License-Identifier: GPL-2.0
#include "cli/storm_flags.h"

#include "cli/lab_flags.h"

namespace netswap::cli {

void add_storm_flags(CLI::App &command, StormFlags &o) {
    auto &s = o.storm;
    const auto option = [&](const char *name, auto &value, const char *help) {
        command.add_option(name, value, help)->capture_default_str();
    };
    option("--kernel", s.kernel, "kernel flavour below the artefacts directory");
    option("--arms", s.arms,
           "arms with commas: base then +module or -module, bare+gfp+slab; "
           "+module:name=value gives a parameter");
    option("--runs", s.runs, "runs of each arm");
    option("--mem", s.mem, "guest memory");
    option("--cpus", s.cpus, "guest CPUs");
    option("--nic", s.nic, "virtio-net, e1000, rtl8139 or vmxnet3");
    option("--transport", s.transport, "nbd, or disk: a local virtio disk in host memory");
    option("--server", s.server, "nbdkit, nbd-server, or a program run with ADDRESS PORT BYTES");
    option("--conns", s.conns, "connections of the swap device");
    option("--min-free", s.min_free, "vm.min_free_kbytes as a size (default: the guest's own)");
    option("--passes", s.passes, "passes of verifying and writing again");
    option("--swap", s.swap, "swap size (default: 4.72 x memory)");
    option("--map", s.map, "size of all mappings together (default: 4 x memory)");
    option("--workers", s.workers, "storm processes (default: 8 x CPUs)");
    option("--seed", s.seed, "seed of run 0; run n has seed + n");
    option("--jobs", s.jobs, "VMs side by side");
    command
        .add_option("--setup", s.setup,
                    "who sets the swap area up: netswap (with its daemon) or nbd-client")
        ->capture_default_str();
    command.add_option("--io-timeout", s.io_timeout_s,
                       "seconds a request to the server may take (default: as --setup chooses)");
    command.add_option(
        "--faults", s.faults,
        "KIND=COUNT[:SECONDS] with commas, during the storm: server-kill, link-drop, "
        "link-carrier, daemon-kill; what the server answers is lost (reply-drop), spoiled "
        "(reply-corrupt), cut off (reply-cut), late (reply-stall) or comes in small pieces "
        "(reply-pieces); writes fail (write-error); allocations of "
        "the guest fail (receive-fail, transmit-fail; needs a kernel with FAULT_INJECTION)");
    command.add_option(
        "--hostile", s.hostile,
        "names with commas, during the storm: traffic to the guest that nobody there reads "
        "(udp-flood, tcp-unread, fragments, forward, packet-socket, nfqueue, connections), a link "
        "that loses and reorders packets (loss1, loss5: per cent), an MTU of 9000 (jumbo), the "
        "storm's processes in a memory cgroup (memcg)");
    command.add_option("--hang-after", s.hang_after_s,
                       "seconds without a page moved that make a hang (default: 20, with faults "
                       "90, or 60 more than the longest lasts; six times that for a kernel with "
                       "checkers)");
    command.add_option(
        "--timeout", s.timeout_s,
        "limit of a run in seconds (default: 600, with faults 60 more for each; likewise)");
    option("--churn", s.churn, "rounds of loading and unloading modules during the storm");
    option("--module-param", s.module_params, "module:name=value, e.g. sock:splice=0; repeatable");
    option("--sysctl", s.sysctls, "name=value, e.g. vm.watermark_boost_factor=0; repeatable");
    command.add_option("--order", o.order, "interleaved (run 0 of each arm first) or by-arm")
        ->check(CLI::IsMember({"interleaved", "by-arm"}))
        ->capture_default_str();
    add_accel(command, o.accel);
    command.add_option("--json", o.json, "write all records here, after every run");
    command.add_option("--html", o.html, "write a page with plots here");
    command.add_option("--out", o.out,
                       "directory for the logs of each run (default: in the cache)");
    add_artefacts(command, o.artefacts);
    command.add_flag("--record", s.record,
                     "record each run, so that 'netswap replay' can make it again; what passes is "
                     "not kept (one CPU, TCG, slower)");
    command.add_flag("--append", o.append, "continue the campaign in --json");
}

} // namespace netswap::cli
