// SPDX-License-Identifier: GPL-2.0
// libFuzzer's entry: netswap-fuzz --target=NAME [libFuzzer's own options] CORPUS...
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "target.h"

namespace {

const netswap::fuzz::Target *chosen = nullptr;

} // namespace

extern "C" int LLVMFuzzerInitialize(int *argc, char ***argv) {
    constexpr std::string_view option = "--target=";
    std::string_view name;
    for (int i = 1; i < *argc; ++i)
        if (std::string_view((*argv)[i]).starts_with(option))
            name = std::string_view((*argv)[i]).substr(option.size());
    for (const auto &target : netswap::fuzz::targets())
        if (target.name == name)
            chosen = &target;
    if (chosen == nullptr) {
        std::fputs("netswap-fuzz: say --target=NAME with one of\n", stderr);
        for (const auto &target : netswap::fuzz::targets())
            std::fprintf(stderr, "%s\n", std::string(target.name).c_str());
        std::exit(2);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
    chosen->run({reinterpret_cast<const char *>(bytes), size});
    return 0;
}
