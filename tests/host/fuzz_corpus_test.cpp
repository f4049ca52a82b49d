// SPDX-License-Identifier: GPL-2.0
// The corpus of the fuzzer, and each of its files with some small damage, through every target.
#include <algorithm>
#include <filesystem>
#include <random>

#include <gtest/gtest.h>

#include "lib/error_line.h"
#include "lib/text.h"
#include "tests/fuzz/target.h"

using namespace netswap;

namespace {

namespace fs = std::filesystem;

constexpr int damages = 500; ///< of each file

std::vector<std::string> corpus_of(std::string_view target) {
    std::vector<fs::path> files;
    for (const auto &entry : fs::directory_iterator(fs::path(NETSWAP_FUZZ_CORPUS) / target))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<std::string> texts;
    for (const auto &file : files)
        texts.push_back(read_file(file).value());
    return texts;
}

/// Cuts, repeats or changes a few bytes; the same each time for one `random`.
std::string damaged(std::string text, std::mt19937 &random) {
    const auto below = [&](std::size_t limit) {
        return random() % std::max<std::size_t>(limit, 1);
    };
    switch (below(4)) {
    case 0:
        text.resize(below(text.size() + 1));
        break;
    case 1:
        text.insert(below(text.size() + 1), text.substr(below(text.size() + 1), below(64)));
        break;
    case 2:
        text.erase(below(text.size() + 1), below(16));
        break;
    default:
        for (std::size_t i = 0; i <= below(4) && !text.empty(); ++i)
            text[below(text.size())] = static_cast<char>(random());
    }
    return text;
}

class FuzzCorpus : public testing::TestWithParam<fuzz::Target> {};

std::string name_of(const testing::TestParamInfo<fuzz::Target> &info) {
    return std::string(info.param.name);
}

} // namespace

namespace netswap::fuzz {

void PrintTo(const Target &target, std::ostream *out) {
    *out << target.name;
}

} // namespace netswap::fuzz

TEST_P(FuzzCorpus, IsTakenAndSoIsWhatIsLikeIt) {
    const auto corpus = corpus_of(GetParam().name);
    ASSERT_FALSE(corpus.empty());
    std::mt19937 random(1); // NOLINT: the same inputs in every run
    for (const auto &text : corpus) {
        ASSERT_NO_THROW(GetParam().run(text)) << testing::PrintToString(text);
        for (int i = 0; i < damages; ++i) {
            const auto other = damaged(text, random);
            ASSERT_NO_THROW(GetParam().run(other)) << testing::PrintToString(other);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus, testing::ValuesIn(fuzz::targets()), name_of);

TEST(FuzzProperties, AnErrorIsOneClearLine) {
    EXPECT_THROW(fuzz::require_clear({"", exit_failed}), fuzz::Broken);
    EXPECT_THROW(fuzz::require_clear({"it went well", exit_ok}), fuzz::Broken);
    EXPECT_NO_THROW(fuzz::require_clear({"two\nlines", exit_bad_input}));
    EXPECT_THROW(fuzz::require(false, "x"), fuzz::Broken);
}

TEST(ErrorLine, IsOneLineWhateverTheMessageHas) {
    EXPECT_EQ(error_line("netswap", {"bad size '1\n\x1b[31m'"}), "netswap: bad size '1??[31m'\n");
    EXPECT_EQ(error_line("netswapd", {"größer"}), "netswapd: größer\n");
}
