// SPDX-License-Identifier: GPL-2.0
#include "live/socket_report.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

#include "lib/text.h"
#include "live/fake_marks.h"
#include "temporary_directory.h"

using namespace netswap;
using namespace netswap::live;

namespace {

namespace fs = std::filesystem;

/// A tree with processes that have sockets open.
class ProcessTree : public ::testing::Test {
  protected:
    void process(int pid, const std::string &name, const std::vector<std::string> &links) {
        const auto directory = paths_.proc(std::to_string(pid));
        fs::create_directories(directory + "/fd");
        ASSERT_TRUE(write_file(directory + "/comm", name + "\n"));
        int fd = 0;
        for (const auto &link : links)
            fs::create_symlink(link, directory + "/fd/" + std::to_string(fd++));
    }
    TemporaryDirectory directory_;
    Paths paths_{directory_.path()};
};

MarkedSocket tcp(std::uint32_t id, std::uint32_t inode, bool by_user) {
    return {id, inode, AF_INET, IPPROTO_TCP, "192.0.2.1:40000", "192.0.2.2:10809", by_user};
}

} // namespace

TEST_F(ProcessTree, NamesTheFirstThatHasASocket) {
    process(30, "late", {"socket:[500]"});
    process(7, "kpartner", {"/dev/null", "socket:[500]", "socket:[501]", "socket:[]"});
    process(9, "other", {"pipe:[500]", "socket:[77]"});
    fs::create_directories(paths_.proc("self/fd"));
    const auto owners = socket_owners(paths_, {500, 77, 600});
    ASSERT_EQ(owners.size(), 2U);
    EXPECT_EQ(owners.at(500).pid, 7);
    EXPECT_EQ(owners.at(500).program, "kpartner");
    EXPECT_EQ(owners.at(77).pid, 9);
}

TEST_F(ProcessTree, IsNotReadWithoutSockets) {
    EXPECT_TRUE(socket_owners(paths_, {}).empty());
    EXPECT_TRUE(socket_owners(paths_, {1}).empty()); // no /proc at all
}

TEST_F(ProcessTree, TellsWhetherTheKernelHasHooks) {
    EXPECT_FALSE(kernel_has_hooks(paths_));
    fs::create_directories(paths_.sys("kernel/memreserve"));
    ASSERT_TRUE(write_file(paths_.sys("kernel/memreserve/policy"), "mainline\n"));
    EXPECT_TRUE(kernel_has_hooks(paths_));
}

TEST(SocketReport, HasALineForEachSocket) {
    const auto table = socket_table({tcp(1, 500, true), tcp(2, 0, false)}, {{500, {7, "smbd"}}});
    const auto lines = split(table, '\n');
    ASSERT_EQ(lines.size(), 4U); // the last one is empty
    EXPECT_NE(lines[0].find("ID"), std::string_view::npos);
    EXPECT_NE(lines[1].find("7/smbd"), std::string_view::npos);
    EXPECT_NE(lines[1].find("user"), std::string_view::npos);
    EXPECT_NE(lines[2].find("kernel"), std::string_view::npos);
    EXPECT_EQ(lines[2].back(), '-');
}

TEST(SocketReport, IsJsonForPrograms) {
    const auto json = nlohmann::json::parse(
        socket_json({tcp(1, 500, true), tcp(2, 0, false)}, {{500, {7, "smbd"}}}, false));
    EXPECT_EQ(json.at("kernel"), "stock");
    EXPECT_EQ(json.at("kernel_marks_listed"), false);
    EXPECT_EQ(json.at("sockets").at(0).at("pid"), 7);
    EXPECT_EQ(json.at("sockets").at(0).at("protocol"), "tcp");
    EXPECT_TRUE(json.at("sockets").at(1).at("program").is_null());
}

TEST(SocketReport, NamesProtocols) {
    MarkedSocket socket = tcp(1, 1, true);
    EXPECT_EQ(protocol_name(socket), "tcp");
    socket.family = AF_INET6;
    socket.protocol = IPPROTO_UDP;
    EXPECT_EQ(protocol_name(socket), "udp6");
    socket.protocol = IPPROTO_ICMP;
    EXPECT_EQ(protocol_name(socket), "ip6 1");
    socket.family = AF_UNIX;
    EXPECT_EQ(protocol_name(socket), "unix");
    socket.family = AF_PACKET;
    EXPECT_EQ(protocol_name(socket), "family 17");
}

TEST(FakeMarks, KeepsTheRulesOfTheKernel) {
    FakeMarks marks;
    const auto id = marks.mark(5);
    ASSERT_TRUE(id);
    EXPECT_FALSE(marks.mark(5));
    EXPECT_EQ(marks.last_errno(), EBUSY);
    EXPECT_EQ(marks.list()->size(), 1U);
    EXPECT_TRUE(marks.unmark(*id));
    EXPECT_FALSE(marks.unmark(*id));
    EXPECT_EQ(marks.last_errno(), ENOENT);
    EXPECT_FALSE(marks.grant(false));
    EXPECT_TRUE(marks.grant(true));
    EXPECT_TRUE(marks.granted);
}

TEST(FdOfProcess, TakesNothingFromNobody) {
    const auto none = fd_of_process(1 << 30, 0);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().message, "there is no process 1073741824");
    EXPECT_EQ(none.error().code, exit_bad_input);
}

TEST(FdOfProcess, CopiesOneOfOurs) {
    const Fd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto copy = fd_of_process(::getpid(), made.get());
    if (!copy && copy.error().code == exit_host)
        GTEST_SKIP() << copy.error().message;
    ASSERT_TRUE(copy) << copy.error().message;
    int type = 0;
    socklen_t size = sizeof type;
    EXPECT_EQ(::getsockopt(copy->get(), SOL_SOCKET, SO_TYPE, &type, &size), 0);
    EXPECT_EQ(type, SOCK_STREAM);
    EXPECT_FALSE(fd_of_process(::getpid(), 100'000));
}
