// SPDX-License-Identifier: GPL-2.0
// Who keeps an area, and how it is ended, while one keeper follows another.
#include "live/keeper_control.h"

#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/page_file.h"
#include "live/live_page.h"
#include "temporary_directory.h"

using namespace netswap;
using namespace netswap::live;

namespace {

/// A process that does something, says so, and waits to be ended.
class Other {
  public:
    explicit Other(const std::function<bool()> &prepare) {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            if (!prepare())
                ::_exit(1);
            (void)!::write(ends[1], "r", 1);
            while (true)
                ::pause();
        }
        ::close(ends[1]);
        char ready = 0;
        EXPECT_EQ(::read(ends[0], &ready, 1), 1);
        ::close(ends[0]);
    }
    Other(const Other &) = delete;
    Other &operator=(const Other &) = delete;
    ~Other() {
        if (lives())
            ::kill(pid_, SIGKILL);
        if (pid_ > 0)
            ::waitpid(pid_, nullptr, 0);
    }
    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool lives() {
        if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_)
            pid_ = -1;
        return pid_ > 0;
    }

  private:
    pid_t pid_ = -1;
};

class KeeperControl : public ::testing::Test {
  protected:
    KeeperControl() {
        std::filesystem::create_directories(paths_.run());
        std::filesystem::create_symlink("/proc", paths_.root("/proc"));
        EXPECT_TRUE(make_live_page(paths_, "swap0", {1000}));
    }
    [[nodiscard]] std::string file(const char *ending) const {
        return paths_.run("swap0") + ending;
    }
    /// What the page of the last keeper says.
    void write_pid(pid_t pid) {
        const auto left = PageFile::open(paths_, "swap0");
        ASSERT_TRUE(left);
        left->page().pid = pid;
    }

    TemporaryDirectory directory_;
    Paths paths_{directory_.path()};
};

} // namespace

TEST_F(KeeperControl, NobodyKeepsAPageThatIsOnlyThere) {
    EXPECT_FALSE(keeper_pid(paths_, "swap0"));
    EXPECT_TRUE(stop_keeper(paths_, "swap0"));
    EXPECT_FALSE(keeper_pid(paths_, "swap1"));
}

TEST_F(KeeperControl, ADaemonIsKnownFromTheMomentItHasThePage) {
    Other stranger([] { return true; });
    write_pid(stranger.pid());
    std::optional<PageFile> held;
    Other keeper([&] {
        auto opened = PageFile::open(paths_, "swap0");
        if (!opened)
            return false;
        held.emplace(std::move(*opened));
        return held->page().pid == ::getpid();
    });
    EXPECT_EQ(keeper_pid(paths_, "swap0"), keeper.pid());
    const auto second = PageFile::open(paths_, "swap0");
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find(std::to_string(keeper.pid())), std::string::npos);
    EXPECT_TRUE(stop_keeper(paths_, "swap0"));
    EXPECT_FALSE(keeper.lives());
    EXPECT_TRUE(stranger.lives());
}

TEST_F(KeeperControl, WhoeverReadsThePageDoesNotKeepADaemonOut) {
    Other reader([&] {
        return ::flock(::open(file(page_ending).c_str(), O_RDONLY | O_CLOEXEC), LOCK_EX) == 0;
    });
    const auto keeper = PageFile::open(paths_, "swap0");
    EXPECT_TRUE(keeper);
    struct stat about {};
    ASSERT_EQ(::stat(file(keeper_ending).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600u);
    EXPECT_EQ(keeper_pid(paths_, "swap0"), ::getpid());
}

TEST_F(KeeperControl, EndsTheOneThatHasTheLockWhateverThePageSays) {
    Other stranger([] { return true; });
    for (const pid_t said : {stranger.pid(), 0}) {
        write_pid(said);
        Other keeper([&] { // it has not written its pid yet
            return ::flock(::open(file(keeper_ending).c_str(), O_RDWR | O_CLOEXEC),
                           LOCK_EX | LOCK_NB) == 0;
        });
        const auto stopped = stop_keeper(paths_, "swap0");
        EXPECT_TRUE(stopped) << stopped.error().message;
        EXPECT_FALSE(keeper.lives());
        EXPECT_TRUE(stranger.lives());
    }
}
