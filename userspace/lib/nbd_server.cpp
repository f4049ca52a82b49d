// SPDX-License-Identifier: GPL-2.0
#include "lib/nbd_server.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/text.h"

namespace netswap {

namespace {

/// The file that holds the export; what is in it already stays.
Result<std::string> export_file(const NbdServerConfig &c) {
    auto disk = c.scratch + "/export";
    const Fd file(::open(disk.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file.valid() || ::ftruncate(file.get(), c.size_bytes) != 0)
        return tl::unexpected(errno_error(disk, errno));
    return disk;
}

class Nbdkit final : public NbdServer {
  public:
    Result<std::vector<std::string>> command(const NbdServerConfig &c) const override {
        // Version 1.32 aborts with several threads, when a client leaves in the middle of a
        // request.
        std::vector<std::string> argv{"nbdkit",  "-f", "--exit-with-parent",      "-i",
                                      c.address, "-p", fmt::format("{}", c.port), "--threads",
                                      "1"};
        if (!c.keep) {
            argv.insert(argv.end(), {"memory", fmt::format("size={}", c.size_bytes)});
            return argv;
        }
        const auto disk = export_file(c);
        if (!disk)
            return tl::unexpected(disk.error());
        argv.insert(argv.end(), {"file", *disk});
        return argv;
    }
    std::string name() const override { return "nbdkit"; }
};

class ClassicNbdServer final : public NbdServer {
  public:
    Result<std::vector<std::string>> command(const NbdServerConfig &c) const override {
        const auto disk = export_file(c);
        if (!disk)
            return tl::unexpected(disk.error());
        const auto config = c.scratch + "/nbd-server.conf";
        auto written = write_file(config, fmt::format("[generic]\n"
                                                      "    listenaddr = {}\n"
                                                      "    port = {}\n"
                                                      "    allowlist = true\n"
                                                      "[{}]\n"
                                                      "    exportname = {}\n",
                                                      c.address, c.port, c.export_name, *disk));
        if (!written)
            return tl::unexpected(written.error());
        return std::vector<std::string>{"nbd-server", "-C", config, "-p", pid_file(c)};
    }
    // In the foreground (-d) it serves a single client and ends.
    std::string pid_file(const NbdServerConfig &c) const override { return c.scratch + "/pid"; }
    std::string name() const override { return "nbd-server"; }
};

class OwnNbdServer final : public NbdServer {
  public:
    explicit OwnNbdServer(std::string program) : program_(std::move(program)) {}
    Result<std::vector<std::string>> command(const NbdServerConfig &c) const override {
        return std::vector<std::string>{program_, c.address, fmt::format("{}", c.port),
                                        fmt::format("{}", c.size_bytes)};
    }
    std::string name() const override { return program_; }
    bool can_keep() const override { return false; }

  private:
    std::string program_;
};

/// Waits for the program to leave its daemon behind, whose process becomes our child.
Result<Child> follow_to_background(Child &starter, const std::string &pid_file, double limit_s) {
    const SystemClock clock;
    const double end = clock.now() + limit_s;
    while (clock.now() < end) {
        const auto status = starter.poll();
        if (status && *status != 0)
            return fail("died before it served: " + describe_wait_status(*status));
        if (const auto text = read_file(pid_file); status && text)
            if (const auto pid = parse_number(trim(*text)))
                return Child::adopt(static_cast<pid_t>(*pid));
        ::usleep(10'000);
    }
    return fail("did not go to the background");
}

} // namespace

Result<std::unique_ptr<NbdServer>> make_nbd_server(const std::string &choice) {
    if (choice == "nbdkit")
        return std::make_unique<Nbdkit>();
    if (choice == "nbd-server")
        return std::make_unique<ClassicNbdServer>();
    if (choice.find('/') != std::string::npos) {
        if (::access(choice.c_str(), X_OK) != 0)
            return tl::unexpected(errno_error("--server " + choice, errno, exit_bad_input));
        return std::make_unique<OwnNbdServer>(choice);
    }
    return fail(fmt::format("unknown NBD server '{}': choose nbdkit, nbd-server or the path of a "
                            "program",
                            choice),
                exit_bad_input);
}

Result<Child> start_nbd_server(const NbdServer &server, const NbdServerConfig &config,
                               double limit_s) {
    const SystemClock clock;
    const auto who = "NBD server " + server.name();
    auto argv = server.command(config);
    if (!argv)
        return with_context(argv.error(), who);
    // One of an earlier process would be taken for this one's.
    if (const auto file = server.pid_file(config); !file.empty())
        ::unlink(file.c_str());
    Child::collect_orphans();
    auto child = Child::spawn(*argv, {.keep = {}, .out = config.log_fd});
    if (!child)
        return with_context(child.error(), who);

    const double end = clock.now() + limit_s;
    if (const auto file = server.pid_file(config); !file.empty()) {
        auto daemon = follow_to_background(*child, file, end - clock.now());
        if (!daemon)
            return with_context(daemon.error(), who);
        child = std::move(*daemon);
    }
    while (true) {
        if (const auto status = child->poll())
            return fail(fmt::format("{} died before it served: {} (see server.log)", who,
                                    describe_wait_status(*status)));
        bool retry = false;
        const double left = end - clock.now();
        auto answer = check_nbd_server(config, left, retry);
        if (answer)
            return child;
        if (!retry || clock.now() >= end)
            return with_context(answer.error(), who);
        ::usleep(20'000);
    }
}

} // namespace netswap
