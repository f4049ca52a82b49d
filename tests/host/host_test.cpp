// SPDX-License-Identifier: GPL-2.0
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libnbd.h>
#include <memory>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/artefacts.h"
#include "lib/child.h"
#include "lib/host_probe.h"
#include "lib/nbd_server.h"
#include "lib/nbd_service.h"
#include "lib/sandbox.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "temporary_directory.h"

namespace netswap {
namespace {

using ::testing::HasSubstr;

class FakeHost final : public HostFacts {
  public:
    Status tun() const override { return tun_ok ? Status{} : fail("no tun", exit_host); }
    Status namespaces() const override { return ns_ok ? Status{} : fail("no ns", exit_host); }
    Result<std::string> qemu_version() const override {
        return qemu_ok ? Result<std::string>("7.2") : fail("no QEMU", exit_host);
    }
    Result<std::int64_t> free_disk_mib(const std::string &) const override { return disk; }
    std::int64_t available_memory_mib() const override { return memory; }
    int cpus() const override { return 2; }
    bool tun_ok = true, ns_ok = true, qemu_ok = true;
    std::int64_t disk = 1000, memory = 4000;
};

TEST(HostProbe, NamesWhatIsMissing) {
    FakeHost host;
    HostNeeds needs;
    needs.memory_mib = 900;
    EXPECT_TRUE(check_host(host, needs));
    host.memory = 800;
    EXPECT_THAT(check_host(host, needs).error().message, HasSubstr("need 900 MiB, 800 MiB"));
    host.disk = 5;
    EXPECT_THAT(check_host(host, needs).error().message, HasSubstr("no room"));
    EXPECT_EQ(check_host(host, needs).error().code, exit_host);
    host.tun_ok = false;
    EXPECT_EQ(check_host(host, needs).error().message, "no tun");
    needs.network = false;
    EXPECT_THAT(check_host(host, needs).error().message, HasSubstr("no room"));
    host.ns_ok = false;
    EXPECT_EQ(check_host(host, needs).error().message, "no ns");
    host.qemu_ok = false;
    EXPECT_EQ(check_host(host, needs).error().message, "no QEMU");
}

TEST(Artefacts, FindsAndRefuses) {
    TemporaryDirectory directory;
    EXPECT_THAT(find_artefacts(directory.path(), "6.12").error().message,
                HasSubstr("no kernel in"));
    std::filesystem::create_directory(directory.path() + "/6.12");
    std::ofstream(directory.path() + "/6.12/bzImage") << "x";
    EXPECT_THAT(find_artefacts(directory.path(), "7.0").error().message,
                HasSubstr("unknown kernel '7.0'"));
    EXPECT_THAT(find_artefacts(directory.path(), "6.12").error().message,
                HasSubstr("no guest image"));
    std::ofstream(directory.path() + "/6.12/initramfs.cpio.gz") << "x";
    EXPECT_TRUE(find_artefacts(directory.path(), "6.12"));
    // A bench boots another image, which may be missing.
    const auto bench = find_artefacts(directory.path(), "6.12", bench_image);
    ASSERT_FALSE(bench.has_value());
    EXPECT_THAT(bench.error().message, HasSubstr("initramfs-bench.cpio.gz is missing"));
    EXPECT_THAT(bench.error().message, HasSubstr("make guest FLAVOURS=6.12"));
}

TEST(Child, ReportsMissingProgramsAndEnds) {
    const auto missing = Child::spawn({"netswap-no-such-program"}, {});
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("not found"));
    auto child = Child::spawn({"sleep", "60"}, {});
    ASSERT_TRUE(child);
    EXPECT_FALSE(child->poll());
    child->stop(2);
    ASSERT_TRUE(child->poll());
    EXPECT_EQ(describe_wait_status(*child->poll()), "signal 15 (Terminated)");
}

TEST(Sandbox, HasItsOwnNetworkAndLeavesNothing) {
    if (auto ok = probe_namespaces(); !ok)
        GTEST_SKIP() << ok.error().message;
    TemporaryDirectory directory;
    const auto body = [&] {
        if (!mount_scratch(directory.path()) || !write_file(directory.path() + "/inside", "x"))
            return 10;
        if (probe_tun()) {
            const auto tap = create_tap("nst9", "10.77.9.1/24");
            if (!tap || interface_bytes("nst9") != 0)
                return 11;
            const auto flags = [] {
                ifreq request{};
                std::strcpy(request.ifr_name, "nst9");
                const Fd any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
                ::ioctl(any.get(), SIOCGIFFLAGS, &request);
                return request.ifr_flags;
            };
            if (!set_interface_up("nst9", false) || (flags() & IFF_UP) != 0)
                return 13;
            if (!set_interface_up("nst9", true) || (flags() & IFF_UP) == 0)
                return 14;
            if (set_interface_up("nst8", true))
                return 15;
        }
        return ::getpid() == 1 ? 0 : 12;
    };
    const auto pid = start_sandbox(body, [](const Error &) {});
    ASSERT_TRUE(pid);
    int status = 0;
    ASSERT_EQ(::waitpid(*pid, &status, 0), *pid);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_FALSE(std::filesystem::exists(directory.path() + "/inside"));
    EXPECT_FALSE(std::filesystem::exists("/sys/class/net/nst9"));
}

TEST(Sandbox, TermEndsTheWholeTree) {
    if (auto ok = probe_namespaces(); !ok)
        GTEST_SKIP() << ok.error().message;
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    Fd read_end(pipe[0]), write_end(pipe[1]);
    const auto pid = start_sandbox(
        [&] {
            if (::fork() == 0)
                ::sleep(60);
            [[maybe_unused]] auto written = ::write(write_end.get(), "x", 1);
            ::sleep(60);
            return 0;
        },
        [](const Error &) {});
    ASSERT_TRUE(pid);
    char byte = 0;
    write_end.reset();
    ASSERT_EQ(::read(read_end.get(), &byte, 1), 1);
    ::kill(*pid, SIGTERM);
    ASSERT_EQ(::waitpid(*pid, nullptr, 0), *pid);
    // Everyone who held the other end is gone.
    EXPECT_EQ(::read(read_end.get(), &byte, 1), 0);
}

class NbdServerTest : public ::testing::Test {
  protected:
    /// A server program of ours that does `script`.
    std::string program(const std::string &script) {
        const auto path = directory.path() + "/server";
        std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        return path;
    }
    std::string error_of(const std::string &choice, double limit_s = 20) {
        auto server = make_nbd_server(choice);
        if (!server)
            return server.error().message;
        auto child = start_nbd_server(**server, config(false), limit_s);
        return child ? "" : child.error().message;
    }
    NbdServerConfig config(bool keep) {
        return {.address = "127.0.0.1",
                .port = 20000 + static_cast<int>(::getpid() % 20000),
                .export_name = "swap",
                .size_bytes = 1 << 20,
                .scratch = directory.path(),
                .keep = keep,
                .log_fd = -1};
    }
    TemporaryDirectory directory;
};

TEST_F(NbdServerTest, Choice) {
    EXPECT_THAT(error_of("qemu-nbd"), HasSubstr("unknown NBD server 'qemu-nbd'"));
    EXPECT_THAT(error_of("/no/such/server"), HasSubstr("No such file"));
}

TEST_F(NbdServerTest, DiesRefusesSaysNothingSaysGarbage) {
    EXPECT_THAT(error_of(program("exit 3")), HasSubstr("died before it served: exit code 3"));
    EXPECT_THAT(error_of(program("exec sleep 60"), 1), HasSubstr("refuses connections"));
    if (::system("python3 -c '' 2>/dev/null") != 0)
        GTEST_SKIP() << "no python3 for the servers below";
    const std::string listen = "exec python3 -c 'import socket,sys,time\n"
                               "s=socket.create_server((sys.argv[1],int(sys.argv[2])))\n"
                               "c=s.accept()[0]\n";
    EXPECT_THAT(error_of(program(listen + "time.sleep(60)' \"$@\""), 2),
                HasSubstr("never answers"));
    EXPECT_THAT(error_of(program(listen + "c.send(b\"x\"*4096);time.sleep(60)' \"$@\""), 3),
                HasSubstr("answers garbage"));
}

TEST_F(NbdServerTest, ContentOutlivesAKill) {
    for (const auto *name : {"nbdkit", "nbd-server"}) {
        if (::system((std::string("command -v ") + name + " >/dev/null").c_str()) != 0)
            continue;
        SCOPED_TRACE(name);
        std::filesystem::remove(directory.path() + "/export");
        auto service = NbdService::start(name, config(true));
        ASSERT_TRUE(service) << service.error().message;
        ASSERT_TRUE(write_file(directory.path() + "/sign", "sign"));
        std::fstream(directory.path() + "/export", std::ios::in | std::ios::out) << "sign";
        for (int i = 0; i < 3; i++) {
            const auto pid = service->process().pid();
            ASSERT_TRUE(service->kill());
            EXPECT_NE(::kill(pid, 0), 0);
            bool retry = false;
            EXPECT_FALSE(check_nbd_server(config(true), 1, retry));
            const auto again = service->restart();
            ASSERT_TRUE(again) << again.error().message;
            EXPECT_FALSE(service->process().poll());
            EXPECT_TRUE(check_nbd_server(config(true), 5, retry));
        }
        EXPECT_EQ(read_file(directory.path() + "/export")->substr(0, 4), "sign");
    }
}

/// Connects, says that it will write much, and leaves in the middle of that.
void leave_in_the_middle(const NbdServerConfig &config) {
    constexpr std::size_t request = 64 << 10;
    constexpr int requests = 64;
    static const std::vector<char> data(request);
    const std::unique_ptr<nbd_handle, decltype(&nbd_close)> nbd(nbd_create(), &nbd_close);
    ASSERT_NE(nbd, nullptr);
    nbd_set_export_name(nbd.get(), config.export_name.c_str());
    ASSERT_EQ(
        nbd_connect_tcp(nbd.get(), config.address.c_str(), std::to_string(config.port).c_str()), 0)
        << nbd_get_error();
    for (int i = 0; i < requests; i++)
        ASSERT_GE(nbd_aio_pwrite(nbd.get(), data.data(), request, 0, NBD_NULL_COMPLETION, 0), 0)
            << nbd_get_error();
}

TEST_F(NbdServerTest, ClientsMayLeaveInTheMiddle) {
    for (const auto *name : {"nbdkit", "nbd-server"}) {
        if (::system((std::string("command -v ") + name + " >/dev/null").c_str()) != 0)
            continue;
        SCOPED_TRACE(name);
        auto service = NbdService::start(name, config(true));
        ASSERT_TRUE(service) << service.error().message;
        for (int i = 0; i < 100 && !HasFatalFailure(); i++)
            leave_in_the_middle(config(true));
        bool retry = false;
        EXPECT_TRUE(check_nbd_server(config(true), 5, retry));
        EXPECT_FALSE(service->process().poll());
        ASSERT_TRUE(service->kill());
    }
}

TEST_F(NbdServerTest, OneThatMayForgetIsRefused) {
    const auto service = NbdService::start(program("exit 0"), config(true));
    ASSERT_FALSE(service);
    EXPECT_THAT(service.error().message, HasSubstr("does not keep what was written"));
}

TEST_F(NbdServerTest, RealOnesServe) {
    for (const auto *name : {"nbdkit", "nbd-server"}) {
        if (::system((std::string("command -v ") + name + " >/dev/null").c_str()) != 0)
            continue;
        EXPECT_EQ(error_of(name, 10), "") << name;
    }
}

} // namespace
} // namespace netswap
