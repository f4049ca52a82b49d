// SPDX-License-Identifier: GPL-2.0
#include "lib/text.h"

#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fd.h"
#include "temporary_directory.h"

namespace netswap {
namespace {

namespace fs = std::filesystem;

class WriteOutput : public ::testing::Test {
  protected:
    TemporaryDirectory directory_;
    const std::string file_ = directory_.path() + "/file", link_ = directory_.path() + "/link";
};

TEST_F(WriteOutput, MakesAFileOrReplacesIt) {
    for (const char *text : {"one", "two"}) {
        ASSERT_TRUE(write_output(file_, text));
        EXPECT_EQ(read_file(file_), text);
    }
}

TEST_F(WriteOutput, LeavesALinkALink) {
    ASSERT_TRUE(write_output(file_, "one"));
    fs::create_symlink("file", link_);
    ASSERT_TRUE(write_output(link_, "two"));
    EXPECT_TRUE(fs::is_symlink(link_));
    EXPECT_EQ(read_file(file_), "two");
}

TEST_F(WriteOutput, WritesIntoWhatIsNoFile) {
    ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
    const Fd reader(::open(file_.c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_TRUE(write_output(file_, "through"));
    EXPECT_TRUE(fs::is_fifo(file_));
    char text[16];
    EXPECT_EQ(::read(reader.get(), text, sizeof text), 7);
    ASSERT_EQ(::access("/dev/full", F_OK), 0);
    fs::create_symlink("/dev/full", link_);
    const auto full = write_output(link_, "nowhere to go");
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().message, "cannot write " + link_ + ": No space left on device");
    EXPECT_TRUE(fs::is_symlink(link_));
}

TEST_F(WriteOutput, LeavesWhatStandardOutputHas) {
    ::testing::internal::CaptureStdout(); // into a file
    std::printf("a table\n");
    const auto ok = write_output("/dev/stdout", "a record\n");
    std::printf("logs\n");
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "a table\na record\nlogs\n");
    EXPECT_TRUE(ok);
}

} // namespace
} // namespace netswap
