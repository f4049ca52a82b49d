// SPDX-License-Identifier: GPL-2.0
#include "guest/bench_build.h"
#include "guest/bench_programs.h"
#include "guest/bench_sources.h"
#include "temporary_directory.h"

#include <fstream>
#include <gmock/gmock.h>

namespace netswap::guest {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

std::string script(const TemporaryDirectory &directory, const std::string &text) {
    const auto path = directory.path() + "/compiler";
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    fs::permissions(path, fs::perms::owner_all);
    return path;
}

/// Of a build with a compiler that is this script.
std::string error_of_build(const std::string &text) {
    const TemporaryDirectory directory;
    BuildTree tree(directory.path() + "/tree", script(directory, text), 2);
    const auto written = tree.write_sources();
    EXPECT_TRUE(written.has_value()) << written.error().message;
    const auto done = tree.build();
    EXPECT_FALSE(done.has_value());
    return done ? "" : done.error().message;
}

TEST(BenchPrograms, AMissingOneIsOneClearLine) {
    EXPECT_TRUE(check_programs({{"/bin/sh", "dash"}}));
    const auto checked = check_programs({{"/bin/sh", "dash"}, {"/bin/no-such", "such"}});
    ASSERT_FALSE(checked.has_value());
    const auto &text = checked.error().message;
    EXPECT_THAT(text, HasSubstr("no /bin/no-such"));
    EXPECT_THAT(text, HasSubstr("install the package such (make deps)"));
    EXPECT_THAT(text, Not(HasSubstr("\n")));
}

TEST(BenchPrograms, OneThatFailsIsQuoted) {
    EXPECT_TRUE(run_program({"/bin/sh", "-c", "echo much; echo more; exit 0"}));
    const auto error = [](const std::vector<std::string> &argv) {
        const auto done = run_program(argv);
        return done ? "" : done.error().message;
    };
    EXPECT_EQ(error({"/bin/sh", "-c", "echo first; echo last >&2; exit 3"}),
              "/bin/sh: exit status 3: last");
    EXPECT_EQ(error({"/bin/sh", "-c", "exit 3"}), "/bin/sh: exit status 3");
    EXPECT_EQ(error({"/bin/sh", "-c", "kill -9 $$"}), "/bin/sh: killed by signal 9");
    EXPECT_EQ(error({"/bin/no-such"}), "cannot run /bin/no-such: No such file or directory");
}

TEST(BenchSources, AreAlwaysTheSameAndAllDifferent) {
    const auto sources = unit_sources(5), again = unit_sources(5);
    ASSERT_EQ(sources.size(), 5U);
    for (std::size_t i = 0; i < sources.size(); ++i) {
        EXPECT_EQ(sources[i].text, again[i].text);
        EXPECT_GT(sources[i].text.size(), 3000U);
        EXPECT_LT(sources[i].text.size(), 20000U);
        for (std::size_t other = 0; other < i; ++other)
            EXPECT_NE(sources[i].text, sources[other].text);
    }
}

TEST(BenchSources, CompileWithoutAWarning) {
    const TemporaryDirectory directory;
    auto sources = unit_sources(BuildTree::default_units);
    sources.push_back(header_source());
    std::vector<std::string> argv{"/usr/bin/gcc", "-std=gnu11", "-Wall",        "-Wextra",
                                  "-Werror",      "-nostdinc",  "-fsyntax-only"};
    for (const auto &[name, text] : sources) {
        const auto path = directory.path() + "/" + name;
        std::ofstream(path) << text;
        if (name != source_header)
            argv.push_back(path);
    }
    if (!fs::exists(argv[0]))
        GTEST_SKIP() << "no gcc here";
    const auto done = run_program(argv);
    EXPECT_TRUE(done.has_value()) << done.error().message;
}

TEST(BenchBuild, MakesAllAndCleansUp) {
    const std::string compiler = "/usr/bin/tcc";
    if (!fs::exists(compiler))
        GTEST_SKIP() << "no tcc here";
    const TemporaryDirectory directory;
    BuildTree tree(directory.path(), compiler, 3);
    ASSERT_TRUE(tree.write_sources());
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(tree.clean());
        EXPECT_FALSE(fs::exists(directory.path() + "/unit0.o"));
        const auto done = tree.build();
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }
    // The linked one has what all of them have.
    for (const auto *name : {"unit0.o", "unit1.o", "unit2.o"})
        EXPECT_GT(fs::file_size(directory.path() + "/all.o"),
                  fs::file_size(directory.path() + "/" + name));
    EXPECT_TRUE(tree.clean());
    EXPECT_FALSE(fs::exists(directory.path() + "/all.o"));
}

TEST(BenchBuild, AFileWithoutAnObjectIsAnError) {
    EXPECT_THAT(error_of_build("exit 0"), HasSubstr("compiler made no "));
    EXPECT_THAT(error_of_build("exit 0"), HasSubstr("unit0.o: No such file or directory"));
    EXPECT_THAT(error_of_build(": >${4}"), HasSubstr("unit0.o empty"));
}

TEST(BenchBuild, ACompilerThatFailsIsQuoted) {
    const auto text = error_of_build("echo \"$5\": error: no >&2; exit 1");
    EXPECT_THAT(text, HasSubstr("tree/unit0.o: "));
    EXPECT_THAT(text, HasSubstr("exit status 1: "));
    EXPECT_THAT(text, HasSubstr("unit0.c: error: no"));
    // The link, too.
    EXPECT_THAT(error_of_build("[ \"$2\" = -r ] && exit 1; echo >$4"), HasSubstr("tree/all.o: "));
}

TEST(BenchBuild, NoDirectory) {
    EXPECT_THAT(BuildTree("/no/such", "/bin/true").write_sources().error().message,
                HasSubstr("/no/such: No such file"));
}

} // namespace
} // namespace netswap::guest
