// SPDX-License-Identifier: GPL-2.0
#include "lib/fingerprint.h"

#include <gtest/gtest.h>

#include "lib/text.h"
#include "temporary_directory.h"

namespace netswap {
namespace {

TEST(Fingerprint, TellsFilesApart) {
    TemporaryDirectory directory;
    const auto file = directory.path() + "/f";
    ASSERT_TRUE(write_file(file, ""));
    EXPECT_EQ(*fingerprint(file), "cbf29ce484222325"); // FNV-1a of nothing
    ASSERT_TRUE(write_file(file, "a"));
    EXPECT_EQ(*fingerprint(file), "af63dc4c8601ec8c");
    EXPECT_FALSE(fingerprint(file + "x"));
}

TEST(Fingerprint, IsOfTheModulesThatArmsLoad) {
    TemporaryDirectory directory;
    const auto file = [&](const std::string &name) { return directory.path() + "/" + name; };
    for (const auto *name : {"bzImage", "image", "netswap.ko", "netswap_kunit.ko"})
        ASSERT_TRUE(write_file(file(name), name));
    const std::map<std::string, Artefacts> flavours{
        {"6.12", {file("bzImage"), file("image"), {}, directory.path()}}};
    const auto before = *fingerprints(flavours);
    EXPECT_EQ(before.size(), 3u);
    ASSERT_TRUE(write_file(file("netswap_kunit.ko"), "another"));
    EXPECT_EQ(*fingerprints(flavours), before);
    ASSERT_TRUE(write_file(file("netswap.ko"), "another"));
    EXPECT_NE(fingerprints(flavours)->at("6.12 modules"), before.at("6.12 modules"));
    const std::map<std::string, Artefacts> alone{
        {"6.12", {file("bzImage"), file("image"), {}, file("none")}}};
    EXPECT_EQ(fingerprints(alone)->size(), 2u);
}

} // namespace
} // namespace netswap
