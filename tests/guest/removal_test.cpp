// SPDX-License-Identifier: GPL-2.0
// A swap device that is disconnected while pages are on it (docs/faults.md).
#include "guest/kmsg.h"
#include "guest/sysfile.h"
#include "live/swap_header.h"
#include "nbd_lab.h"
#include "skip.h"
#include "swapped_pages.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>
#include <utility>

using namespace netswap;
using namespace netswap::guest;
using namespace std::chrono_literals;

namespace {

constexpr const char *device = "/dev/nbd1";
constexpr std::uint32_t device_pages = (16U << 20) / SwappedPages::page_bytes;
constexpr auto limit = 20s;

Result<std::string> connect_client(const std::vector<std::string> &more = {}) {
    std::vector<std::string> words{LabServer::address, LabServer::port, device, "-b", "4096"};
    words.insert(words.end(), more.begin(), more.end());
    return run_client(words);
}

bool is_swap() {
    return swap_is_on(device);
}

/// Swap without netswap; off and disconnected when the object goes.
struct PlainArea {
    explicit PlainArea(const std::vector<std::string> &more = {}) {
        const auto said = connect_client(more);
        INFO((said ? "" : said.error().message));
        REQUIRE(said.has_value());
        REQUIRE(readable_within(device, 10));
        const auto header = live::swap_header(device_pages);
        const Fd disk(::open(device, O_WRONLY | O_CLOEXEC));
        REQUIRE(::pwrite(disk.get(), header.data(), header.size(), 0) ==
                static_cast<ssize_t>(header.size()));
        REQUIRE(::fsync(disk.get()) == 0);
        REQUIRE(::swapon(device, 0) == 0);
    }
    PlainArea(const PlainArea &) = delete;
    PlainArea &operator=(const PlainArea &) = delete;
    ~PlainArea() {
        ::swapoff(device);
        clear_client();
    }
};

/// It waits for whoever is sending, and that one for its time limit, once or twice.
bool disconnects() {
    auto client = start_client({"-d", device});
    REQUIRE(client.has_value());
    return client->follow(limit, [](std::string_view) {}).ok();
}

/// In a process of its own, for it must end.
bool swapoff_ends() {
    auto off = Child::call([](int) { return ::swapoff(device) == 0 ? 0 : 1; });
    REQUIRE(off.has_value());
    const auto end = off->follow(limit, [](std::string_view) {});
    INFO(end.describe());
    CHECK(end.ok());
    return !is_swap();
}

/// What the kernel has said since the object was made.
class Said {
  public:
    Said() : log_(Kmsg::open_at_end()) { REQUIRE(log_.has_value()); }
    bool operator()(std::string_view what) {
        log_->drain([&](std::string_view line) { text_.append(line).push_back('\n'); });
        return text_.find(what) != std::string::npos;
    }

  private:
    Result<Kmsg> log_;
    std::string text_;
};

int requests_under_way() {
    int reads = 0, writes = 0;
    const auto text = read_text("/sys/block/nbd1/inflight").value_or("");
    return std::sscanf(text.c_str(), "%d %d", &reads, &writes) == 2 ? reads + writes : 0;
}

/// What the cases need and have not got, or nullptr.
const char *what_lacks(const ControlGroup &group) {
    if (!group.there())
        return no_control_groups;
    return have_server() ? nullptr : no_server;
}

LabServer started_server() {
    auto server = LabServer::start();
    REQUIRE(server.has_value());
    return std::move(*server);
}

/// A file of a tmpfs, charged to a control group.
class MemoryFile {
  public:
    explicit MemoryFile(const ControlGroup &group) : group_(group) {
        ::mkdir(directory, 0755);
        REQUIRE(::mount("none", directory, "tmpfs", 0, nullptr) == 0);
        fd_ = Fd(::open((std::string(directory) + "/file").c_str(), O_RDWR | O_CREAT, 0600));
        group.enter();
        const std::string text(bytes, 'x');
        const auto wrote = ::write(fd_.get(), text.data(), text.size());
        group.leave();
        REQUIRE(wrote == static_cast<ssize_t>(bytes));
    }
    MemoryFile(const MemoryFile &) = delete;
    MemoryFile &operator=(const MemoryFile &) = delete;
    ~MemoryFile() {
        fd_.reset();
        ::umount(directory);
    }

    [[nodiscard]] bool page_out() const {
        auto *memory = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd_.get(), 0);
        REQUIRE(memory != MAP_FAILED);
        bool out = false;
        for (int i = 0; i < 200 && !out; ++i, ::usleep(20'000)) {
            (void)group_.reclaim(bytes);
            out = pages_out(memory, bytes) == bytes / SwappedPages::page_bytes;
        }
        ::munmap(memory, bytes);
        return out;
    }
    /// 0, or an errno value.
    [[nodiscard]] int read_error() const {
        std::string text(bytes, '\0');
        return ::pread(fd_.get(), text.data(), text.size(), 0) < 0 ? errno : 0;
    }

  private:
    static constexpr const char *directory = "/tmp/memory-file";
    static constexpr std::size_t bytes = 1 << 20;
    const ControlGroup &group_;
    Fd fd_;
};

/// Another process has its pages written to a server that says nothing; it looks at them when that
/// is over.
class Writer {
  public:
    explicit Writer(const ControlGroup &group)
        : child_(Child::call([&group](int) {
              const SwappedPages pages(group);
              pages.write_out();
              while (requests_under_way() > 0)
                  ::usleep(20'000);
              return pages.wrong() == 0 ? 0 : 1;
          })) {
        REQUIRE(child_.has_value());
        for (int i = 0; i < 500 && requests_under_way() == 0; ++i)
            ::usleep(20'000);
        ::usleep(500'000);
        REQUIRE(requests_under_way() > 0);
    }
    [[nodiscard]] bool lost_nothing() {
        const auto end = child_->follow(limit, [](std::string_view) {});
        INFO(end.describe());
        CHECK(end.ok());
        return end.ok();
    }

  private:
    Result<Child> child_;
};

} // namespace

TEST_CASE("the removal of a swap device costs the pages on it and nothing else") {
    const ControlGroup group;
    if (const auto *lacking = what_lacks(group))
        return skip(lacking);
    const auto server = started_server();
    constexpr auto half = SwappedPages::count / 2;
    {
        const PlainArea area;
        const SwappedPages lost(group), partly(group);
        lost.page_out();
        CHECK(read_elsewhere(lost).ok());
        lost.page_out();
        partly.page_out();
        CHECK(partly.wrong(0, half) == 0);

        Said said;
        REQUIRE(run_client({"-d", device}).has_value());
        const auto end = read_elsewhere(lost);
        INFO(end.describe());
        CHECK(died_of_sigbus(end));
        CHECK(partly.wrong(0, half) == 0);
        CHECK(said("Disconnected due to user request"));
        CHECK(said("Read-error on swap-device"));

        // Swap still has it open, and so the kernel does not let it be connected again.
        CHECK_FALSE(connect_client().has_value());
        CHECK(died_of_sigbus(read_elsewhere(lost)));

        CHECK(swapoff_ends());
        CHECK(partly.wrong(0, half) == 0);
        CHECK(died_of_sigbus(read_elsewhere(lost)));
    }
    const PlainArea again;
    const SwappedPages pages(group);
    pages.page_out();
    CHECK(read_elsewhere(pages).ok());
}

TEST_CASE("the removal of a swap device makes what tmpfs had on it an error of reading") {
    const ControlGroup group;
    if (const auto *lacking = what_lacks(group))
        return skip(lacking);
    const auto server = started_server();
    const PlainArea area;
    const MemoryFile file(group);
    REQUIRE(file.page_out());
    CHECK(file.read_error() == 0);
    REQUIRE(file.page_out());
    CHECK(disconnects());
    CHECK(file.read_error() == EIO);
    CHECK(swapoff_ends());
    CHECK(file.read_error() == EIO);
}

TEST_CASE("what is on its way at the removal of a swap device stays in memory") {
    const ControlGroup group;
    if (const auto *lacking = what_lacks(group))
        return skip(lacking);
    const auto server = started_server();
    const PlainArea area({"-timeout", "5"});
    Said said;
    REQUIRE(::kill(server.pid(), SIGSTOP) == 0);
    Writer writer(group);
    CHECK(disconnects());
    CHECK(writer.lost_nothing());
    CHECK(said("Write-error on swap-device"));
    CHECK(swapoff_ends());
}

TEST_CASE("without a time limit the removal of a device waits for its server, and no longer") {
    const ControlGroup group;
    if (const auto *lacking = what_lacks(group))
        return skip(lacking);
    const auto server = started_server();
    const PlainArea area;
    REQUIRE(::kill(server.pid(), SIGSTOP) == 0);
    Writer writer(group);
    auto server_goes_on = Child::call([&](int) {
        ::usleep(3'000'000);
        return requests_under_way() > 0 && ::kill(server.pid(), SIGCONT) == 0 ? 0 : 1;
    });
    REQUIRE(server_goes_on.has_value());
    CHECK(disconnects());
    CHECK(server_goes_on->follow(limit, [](std::string_view) {}).ok());
    CHECK(writer.lost_nothing());
    CHECK(swapoff_ends());
}
