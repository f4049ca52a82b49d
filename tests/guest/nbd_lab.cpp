// SPDX-License-Identifier: GPL-2.0
#include "nbd_lab.h"

#include "guest/sysfile.h"
#include "lib/text.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <linux/nbd.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

namespace netswap::guest {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto limit = 10s;
constexpr const char *device = "/dev/nbd1";

/// The agent is spared and has IO_FLUSHER; a program started by hand has neither.
bool give_up_protection() {
    (void)write_text("/proc/self/oom_score_adj", "0");
    ::prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
    return true;
}

bool answers() {
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(LabServer::port)));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(socket.get(), reinterpret_cast<sockaddr *>(&to), sizeof to) == 0;
}

bool answers_at(const std::string &path) {
    const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path, sizeof to.sun_path - 1);
    return ::connect(socket.get(), reinterpret_cast<sockaddr *>(&to), sizeof to) == 0;
}

int read_a_block(const char *path) {
    const Fd file(::open(path, O_RDONLY | O_DIRECT | O_CLOEXEC));
    alignas(4096) static char block[4096];
    return file.valid() && ::read(file.get(), block, sizeof block) == sizeof block ? 0 : 1;
}

void add_disk(std::vector<std::string> &argv, const std::string &disk) {
    if (disk.empty()) {
        argv.insert(argv.end(), {"memory", "16M"});
        return;
    }
    const Fd file(::open(disk.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    (void)!::ftruncate(file.get(), 16 << 20); // nbdkit says what is wrong with it
    argv.insert(argv.end(), {"file", disk});
}

} // namespace

bool have_server() {
    return ::access("/bin/nbdkit", X_OK) == 0 && ::access("/bin/nbd-client", X_OK) == 0;
}

Result<LabServer> LabServer::start(const std::vector<std::string> &before,
                                   const std::string &disk) {
    auto argv = before;
    for (const auto *word : {"/bin/nbdkit", "-f", "-i", "0.0.0.0", "-p", port})
        argv.emplace_back(word);
    add_disk(argv, disk);
    // One that was killed a moment ago may still be there.
    const auto gone = Clock::now() + limit * patience();
    while (answers() && Clock::now() < gone)
        ::usleep(20'000);
    return run(argv, answers);
}

Result<LabServer> LabServer::start_unix(const std::string &path, const std::string &disk) {
    ::unlink(path.c_str()); // of one that was killed
    std::vector<std::string> argv{"/bin/nbdkit", "-f", "-U", path};
    add_disk(argv, disk);
    return run(argv, [&] { return answers_at(path); });
}

Result<LabServer> LabServer::run(const std::vector<std::string> &argv,
                                 const std::function<bool()> &answers) {
    auto child = Child::run(argv, give_up_protection);
    if (!child)
        return tl::unexpected(child.error());
    LabServer server(std::move(*child));
    for (const auto end = Clock::now() + limit * patience(); !answers(); ::usleep(20'000))
        if (Clock::now() >= end) {
            char why[512] = "";
            const auto got = ::read(server.child_.pipe(), why, sizeof why - 1);
            return fail("nbdkit does not answer: " + std::string(why, got > 0 ? got : 0));
        }
    return server;
}

Result<Child> start_client(const std::vector<std::string> &arguments) {
    std::vector<std::string> argv{"/bin/nbd-client"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return Child::run(argv, give_up_protection);
}

Result<std::string> run_client(const std::vector<std::string> &arguments) {
    auto child = start_client(arguments);
    if (!child)
        return tl::unexpected(child.error());
    std::string said;
    const auto end =
        child->follow(limit, [&](std::string_view line) { said.append(line).push_back('\n'); });
    if (!end.ok())
        return fail("nbd-client: " + end.describe() + ": " + said);
    return said;
}

void clear_client() {
    (void)run_to_end({"/bin/nbd-client", "-d", device}, limit);
    for (const int pid : processes_named("nbd-client"))
        ::kill(pid, SIGKILL);
    for (const auto end = Clock::now() + limit * patience();
         ::access("/sys/block/nbd1/pid", F_OK) == 0 && Clock::now() < end;)
        ::usleep(20'000);
}

std::vector<int> processes_named(const std::string &name) {
    std::vector<int> pids;
    std::error_code none;
    for (const auto &entry : std::filesystem::directory_iterator("/proc", none)) {
        const auto pid = parse_number(entry.path().filename().string());
        if (!pid || read_word((entry.path() / "comm").string()) != name)
            continue;
        // Not those that have ended and wait for their parent.
        const auto state = read_text((entry.path() / "status").string());
        if (state && state->find("State:\tZ") == std::string::npos)
            pids.push_back(static_cast<int>(*pid));
    }
    return pids;
}

bool swap_is_on(const std::string &device) {
    return read_text("/proc/swaps").value_or("").find(device) != std::string::npos;
}

bool readable_within(const char *path, double seconds) {
    const auto end = Clock::now() + std::chrono::duration<double>(seconds * patience());
    do {
        auto child = Child::call([path](int) { return read_a_block(path); });
        if (child && child->follow(2s, [](std::string_view) {}).ok())
            return true;
        ::usleep(200'000);
    } while (Clock::now() < end);
    return false;
}

void log_seen(const std::string &what) {
    (void)write_text("/dev/kmsg", "<4>seen: " + what + "\n");
}

} // namespace netswap::guest
