// SPDX-License-Identifier: GPL-2.0
#include "keeper/reporter.h"

#include <array>
#include <csignal>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace netswap;
using namespace netswap::keeper;

namespace {

struct Pipe {
    Pipe() {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        read = Fd(ends[0]);
        write = Fd(ends[1]);
    }
    Fd read, write;
};

/// Whether a process that logs to `fd` as its stderr comes to its end within two seconds.
bool logs_to(int fd) {
    const auto pid = ::fork();
    if (pid == 0) {
        ::dup2(fd, STDERR_FILENO);
        Reporter(Reporter::Target::standard_error, "swap0").log(Level::warning, "something");
        ::_exit(0);
    }
    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    pollfd end{pidfd.get(), POLLIN, 0};
    const bool ended = ::poll(&end, 1, 2000) == 1;
    if (!ended)
        ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return ended;
}

} // namespace

TEST(Reporter, WritesALine) {
    const Pipe pipe;
    ASSERT_TRUE(logs_to(pipe.write.get()));
    std::array<char, 100> text{};
    const auto got = ::read(pipe.read.get(), text.data(), text.size());
    ASSERT_GT(got, 0);
    EXPECT_EQ(std::string(text.data(), static_cast<std::size_t>(got)),
              "netswapd: swap0: something\n");
}

TEST(Reporter, LosesALineRatherThanWaitForItsReader) {
    const Pipe pipe;
    const int flags = ::fcntl(pipe.write.get(), F_GETFL);
    ASSERT_EQ(::fcntl(pipe.write.get(), F_SETFL, flags | O_NONBLOCK), 0);
    while (::write(pipe.write.get(), "x", 1) == 1) {
    }
    ASSERT_EQ(::fcntl(pipe.write.get(), F_SETFL, flags), 0);
    EXPECT_TRUE(logs_to(pipe.write.get()));
}
