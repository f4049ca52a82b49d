// SPDX-License-Identifier: GPL-2.0
#include "matrix/journal.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "lib/text.h"
#include "temporary_directory.h"

namespace netswap {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class JournalTest : public ::testing::Test {
  protected:
    TemporaryDirectory directory;
    const std::string file = directory.path() + "/records";
};

TEST_F(JournalTest, GrowsOverSeveralSessions) {
    for (int i = 0; i < 3; i++) {
        auto journal = Journal::open(file);
        ASSERT_TRUE(journal) << journal.error().message;
        EXPECT_EQ(journal->lines().size(), static_cast<std::size_t>(i));
        ASSERT_TRUE(journal->append({{"run", i}, {"text", "two\nlines \xff"}}));
    }
    const auto lines = read_journal(file);
    ASSERT_TRUE(lines);
    ASSERT_EQ(lines->size(), 3U);
    EXPECT_EQ(lines->at(2)["run"], 2);
}

TEST_F(JournalTest, HalfALineIsTakenAway) {
    ASSERT_TRUE(write_file(file, "{\"run\":0}\n{\"run\":1"));
    EXPECT_EQ(read_journal(file)->size(), 1U);
    {
        auto journal = Journal::open(file);
        ASSERT_TRUE(journal);
        EXPECT_EQ(journal->lines().size(), 1U);
        ASSERT_TRUE(journal->append({{"run", 7}}));
    }
    EXPECT_EQ(*read_file(file), "{\"run\":0}\n{\"run\":7}\n");
}

TEST_F(JournalTest, WhatIsNoRecordIsRefusedAndLeftAlone) {
    const std::string text = "{\"run\":0}\nrun 1\n{\"run\":2}\n";
    ASSERT_TRUE(write_file(file, text));
    for (const auto &message :
         {Journal::open(file).error().message, read_journal(file).error().message})
        EXPECT_THAT(message, HasSubstr("records:2: is no record"));
    EXPECT_EQ(*read_file(file), text);
    EXPECT_THAT(read_journal(file + "x").error().message, HasSubstr("recordsx"));
    EXPECT_EQ(read_journal(file + "x").error().code, exit_bad_input);
}

TEST_F(JournalTest, OneWriterAtATime) {
    auto first = Journal::open(file);
    ASSERT_TRUE(first);
    const auto second = Journal::open(file);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr("being written by another netswap"));
    EXPECT_TRUE(read_journal(file)); // reading is free
}

/// A limit on the size of files cuts the write short, as a full disk does.
TEST_F(JournalTest, ALineThatDoesNotFitLeavesNothing) {
    auto journal = Journal::open(file);
    ASSERT_TRUE(journal);
    ASSERT_TRUE(journal->append({{"run", 0}}));
    rlimit old{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
    const rlimit tight{20, old.rlim_max};
    auto *handler = std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    const auto ok = journal->append({{"text", std::string(100, 'x')}});
    ::setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);
    ASSERT_FALSE(ok);
    EXPECT_THAT(ok.error().message, HasSubstr("cannot write " + file));
    EXPECT_EQ(*read_file(file), "{\"run\":0}\n");
}

} // namespace
} // namespace netswap
