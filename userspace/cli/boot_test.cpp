// SPDX-License-Identifier: GPL-2.0
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/lab_flags.h"
#include "cli/live_commands.h"
#include "lib/accel_probe.h"
#include "lib/artefacts.h"
#include "lib/boot_console.h"
#include "lib/boot_run.h"
#include "lib/fd.h"
#include "lib/host_probe.h"
#include "lib/size.h"
#include "lib/text.h"

namespace netswap::cli {

namespace {

struct Options {
    std::string kernel = "debian-6.12";
    std::string network = "networkd";
    std::string mem = "320M";
    std::string swap = "512M";
    std::string accel = "auto";
    std::string artefacts;
    std::string out;
    int cpus = 2;
    double timeout_s = 420;
};

/// The guest's own area; its configuration is in the image.
constexpr const char *area = "swap0";

/// Messages of systemd go to the kernel's log, so that the console has them in one order with the
/// kernel's own.
std::string command_line(const Options &options) {
    std::string line =
        "console=ttyS0 panic=-1 oops=panic transparent_hugepage=never "
        "no_timer_check sysrq_always_enabled loglevel=7 printk.devkmsg=on net.ifnames=0 "
        "systemd.log_target=kmsg systemd.log_level=info systemd.show_status=no "
        "systemd.journald.forward_to_kmsg=1 systemd.journald.max_level_kmsg=info";
    const auto wants = options.network == "networkd"
                           ? std::vector<std::string>{"systemd-networkd.service",
                                                      "systemd-networkd-wait-online@eth0.service"}
                           : std::vector<std::string>{"networking.service"};
    for (const auto &unit : wants)
        line += " systemd.wants=" + unit;
    return line;
}

Result<BootTask> make_task(const Options &options) {
    const auto mem = parse_size(options.mem), swap = parse_size(options.swap);
    if (!mem || !swap)
        return with_context((mem ? swap : mem).error(), mem ? "--size" : "--mem");
    const auto base = std::filesystem::path(artefacts_directory(options.artefacts));
    const auto found = find_artefacts(base, options.kernel);
    if (!found)
        return tl::unexpected(found.error());

    BootTask task;
    task.kernel = found->kernel;
    task.image = base / options.kernel / "systemd.cpio.gz";
    std::error_code error;
    if (!std::filesystem::exists(task.image, error))
        return fail(fmt::format("kernel '{}' has no image with systemd: {} is missing, build it "
                                "with 'scripts/systemd-guest.sh {}'",
                                options.kernel, task.image, options.kernel),
                    exit_bad_input);
    task.log_directory = options.out;
    if (task.log_directory.empty())
        task.log_directory = fmt::format("{}/runs/boot-test-{}", cache_directory(), ::getpid());
    task.log_directory = std::filesystem::absolute(task.log_directory);
    std::filesystem::create_directories(task.log_directory, error);
    if (error)
        return fail(fmt::format("--out {}: {}", task.log_directory, error.message()),
                    exit_bad_input);
    task.mem_mib = *mem >> 20;
    task.swap_mib = *swap >> 20;
    task.cpus = options.cpus;
    task.timeout_s = options.timeout_s;
    task.append = command_line(options);
    HostNeeds needs;
    needs.log_directory = task.log_directory;
    needs.memory_mib = task.mem_mib + task.swap_mib + 100;
    if (auto ok = check_host(RealHost(), needs); !ok)
        return tl::unexpected(ok.error());
    std::string reason;
    task.accel = options.accel == "auto" ? probe_accelerator(task.kernel, reason) : options.accel;
    return task;
}

/// Prints KTAP lines as they come.
class Results {
  public:
    void add(bool ok, std::string_view name, std::string_view detail = "") {
        if (!ok && !detail.empty())
            fmt::print("# {}\n", detail);
        fmt::print("{} {} {}\n", ok ? "ok" : "not ok", ++count_, name);
        failed_ += !ok;
        std::fflush(stdout);
    }
    void add(const BootCheck &check) { add(check.ok, check.name, check.detail); }

    /// A line of the guest: "ok NAME", "not ok NAME" or "# TEXT".
    void add_line(std::string_view line) {
        if (line.starts_with("ok "))
            add(true, line.substr(3));
        else if (line.starts_with("not ok "))
            add(false, line.substr(7));
        else
            fmt::print("# {}\n", line.substr(line.starts_with("# ") ? 2 : 0));
        if (line == "# switching off")
            switching_off_ = true;
        std::fflush(stdout);
    }
    [[nodiscard]] bool switching_off() const { return switching_off_; }
    [[nodiscard]] int count() const { return count_; }
    [[nodiscard]] int failed() const { return failed_; }

  private:
    int count_ = 0;
    int failed_ = 0;
    bool switching_off_ = false;
};

int run(const Options &options) {
    auto task = make_task(options);
    if (!task)
        return complain(task.error());
    int pipe[2];
    if (::pipe(pipe) != 0)
        return complain(errno_error("pipe", errno, exit_host));
    Fd write_end(pipe[1]);
    std::unique_ptr<FILE, int (*)(FILE *)> lines(::fdopen(pipe[0], "r"), std::fclose);
    const auto pid = start_boot(*task, write_end.get());
    write_end.reset();
    if (!pid)
        return complain(pid.error());

    fmt::print("KTAP version 1\n");
    Results results;
    bool ended = false;
    char buffer[4096];
    while (std::fgets(buffer, sizeof(buffer), lines.get())) {
        const auto line = trim(buffer);
        if (line.starts_with("ended ")) {
            ended = true;
            fmt::print("# the guest was there for {} s\n", line.substr(6));
        } else if (line.starts_with("failed ")) {
            results.add(false, "the guest switches itself off", line.substr(7));
        } else {
            results.add_line(line);
        }
    }
    ::waitpid(*pid, nullptr, 0);
    std::error_code error;
    std::filesystem::remove(task->log_directory + "/scratch", error);
    if (ended)
        results.add(true, "the guest switches itself off");
    results.add(results.switching_off(), "the guest's part runs to its end",
                "it did not say that it was done");
    const auto console = read_file(task->log_directory + "/console.log");
    for (const auto &check : check_power_off(
             console ? *console : "", area,
             options.network == "networkd" ? "systemd-networkd.service" : "networking.service"))
        results.add(check);
    fmt::print("1..{}\n", results.count());
    if (results.failed() > 0)
        return complain({fmt::format("{} of {} checks failed (logs: {})", results.failed(),
                                     results.count(), task->log_directory),
                         exit_failed});
    return exit_ok;
}

} // namespace

void add_boot_test(CLI::App &app, int &exit_code) {
    auto *command = app.add_subcommand(
        "boot-test", "boot a VM with systemd, swap over the network, and switch it off under "
                     "load; prints KTAP");
    auto options = std::make_shared<Options>();
    command->add_option("--kernel", options->kernel, "kernel flavour")->capture_default_str();
    command
        ->add_option("--network", options->network, "who sets the network up: networkd, ifupdown")
        ->check(CLI::IsMember({"networkd", "ifupdown"}))
        ->capture_default_str();
    command->add_option("--mem", options->mem, "guest memory")->capture_default_str();
    command->add_option("--size", options->swap, "size of the swap area")->capture_default_str();
    command->add_option("--cpus", options->cpus, "guest CPUs")->capture_default_str();
    command->add_option("--timeout", options->timeout_s, "limit in seconds")->capture_default_str();
    add_accel(*command, options->accel);
    add_artefacts(*command, options->artefacts);
    command->add_option("--out", options->out, "directory for the logs");
    command->callback([&exit_code, options] { exit_code = run(*options); });
}

} // namespace netswap::cli
