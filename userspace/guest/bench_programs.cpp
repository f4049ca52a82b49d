// SPDX-License-Identifier: GPL-2.0
#include "guest/bench_programs.h"

#include "guest/bench_build.h"

#include <algorithm>
#include <array>
#include <memory>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netswap::guest {
namespace {

constexpr const char *build_directory = "/tmp/bench";
// A run is dear, and the median of a few is enough: nothing outside disturbs it.
constexpr int program_share = 40;
constexpr int program_warm_up = 2;
constexpr useconds_t settle_us = 50'000;

/// What the last sample left to be done later (memory that waits for a grace period, say) is done
/// while nobody counts.
Result<void> settle() {
    ::usleep(settle_us);
    return {};
}

/// The last line of what was printed, "" if nothing was.
std::string last_line(int output) {
    std::array<char, 512> buffer{};
    const auto size = ::lseek(output, 0, SEEK_END);
    const auto from = std::max<off_t>(0, size - static_cast<off_t>(buffer.size()));
    const auto got = ::pread(output, buffer.data(), buffer.size(), from);
    std::string text(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text.substr(text.rfind('\n') + 1);
}

std::string how_it_ended(int status) {
    if (WIFSIGNALED(status))
        return "killed by signal " + std::to_string(WTERMSIG(status));
    return "exit status " + std::to_string(WEXITSTATUS(status));
}

/// What it prints goes to `output`. As make does it: a copy of our memory would be made page by
/// page, of more or fewer pages as our heap happens to lie.
Result<pid_t> spawn(const std::vector<std::string> &argv, int output) {
    std::vector<char *> words;
    for (const auto &word : argv)
        words.push_back(const_cast<char *>(word.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    pid_t child = -1;
    const int code = ::posix_spawn(&child, words[0], &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (code != 0)
        return os_error("cannot run " + argv[0], code);
    return child;
}

/// Two groups of five that send to five others, 100 bytes a message.
NamedLoad hackbench_load(const char *name, const std::vector<std::string> &options) {
    std::vector<std::string> argv{hackbench.path, "-g", "2", "-f", "5", "-l", "100"};
    argv.insert(argv.end(), options.begin(), options.end());
    return {name, 1, [argv] { return run_program(argv); }, program_share, program_warm_up, settle};
}

} // namespace

Result<void> check_programs(const std::vector<BenchProgram> &programs) {
    for (const auto &[path, package] : programs)
        if (::access(path, X_OK) != 0)
            return fail(std::string("its image has no ") + path + ": install the package " +
                        package + " (make deps) and build the image again (make guest)");
    return {};
}

Result<void> run_program(const std::vector<std::string> &argv) {
    const Fd output(::memfd_create("output", MFD_CLOEXEC));
    if (!output.valid())
        return os_error("memfd_create");
    const auto child = spawn(argv, output.get());
    if (!child)
        return tl::unexpected(child.error());
    int status = 0;
    if (::waitpid(*child, &status, 0) != *child)
        return os_error("waiting for " + argv[0]);
    if (status == 0)
        return {};
    const auto said = last_line(output.get());
    return fail(argv[0] + ": " + how_it_ended(status) + (said.empty() ? "" : ": " + said));
}

Result<std::vector<NamedLoad>> program_loads() {
    auto tree = std::make_shared<BuildTree>(build_directory, compiler.path);
    if (auto done = tree->write_sources(); !done)
        return tl::unexpected(done.error());
    const auto clean = [tree]() -> Result<void> {
        if (auto done = tree->clean(); !done)
            return done;
        return settle();
    };
    return std::vector<NamedLoad>{
        hackbench_load("hackbench-pipes", {"-p"}),
        hackbench_load("hackbench-sockets", {}),
        {"compile", 1, [tree] { return tree->build(); }, program_share, program_warm_up, clean},
    };
}

} // namespace netswap::guest
