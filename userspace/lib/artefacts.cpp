// SPDX-License-Identifier: GPL-2.0
#include "lib/artefacts.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "lib/text.h"

namespace netswap {

namespace fs = std::filesystem;

namespace {

std::string environment(const char *name) {
    const char *value = std::getenv(name);
    return value ? value : "";
}

std::vector<std::string> flavours_in(const std::string &directory) {
    std::vector<std::string> flavours;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(directory, error))
        if (fs::exists(entry.path() / "bzImage", error))
            flavours.push_back(entry.path().filename());
    std::sort(flavours.begin(), flavours.end());
    return flavours;
}

} // namespace

std::string artefacts_directory(const std::string &given) {
    if (!given.empty())
        return given;
    if (auto named = environment("NETSWAP_ARTEFACTS"); !named.empty())
        return named;
    std::error_code error;
    if (fs::is_directory("build/artefacts", error))
        return fs::absolute("build/artefacts", error);
    const auto self = fs::read_symlink("/proc/self/exe", error);
    return (self.parent_path() / "artefacts").string();
}

Result<Artefacts> find_artefacts(const std::string &directory, const std::string &flavour,
                                 const char *image) {
    const auto base = fs::path(directory) / flavour;
    const Artefacts artefacts{base / "bzImage", base / image, checkers_of(base / "config"),
                              base / "modules"};
    std::error_code error;
    if (!fs::exists(artefacts.kernel, error)) {
        const auto known = flavours_in(directory);
        if (known.empty())
            return fail(fmt::format("no kernel in {}: build one with 'make', or name another "
                                    "directory with --artefacts",
                                    directory),
                        exit_bad_input);
        return fail(
            fmt::format("unknown kernel '{}': {} has {}", flavour, directory, join(known, ", ")),
            exit_bad_input);
    }
    if (!fs::exists(artefacts.initramfs, error))
        return fail(fmt::format("kernel '{}' has no guest image: {} is missing, build it with "
                                "'make guest FLAVOURS={}'",
                                flavour, artefacts.initramfs, flavour),
                    exit_bad_input);
    return artefacts;
}

std::string cache_directory() {
    if (auto named = environment("NETSWAP_CACHE"); !named.empty())
        return named;
    const auto home = environment("HOME");
    return (home.empty() ? std::string("/tmp") : home) + "/.cache/netswap";
}

} // namespace netswap
