// SPDX-License-Identifier: GPL-2.0
#include "lib/fingerprint.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "lib/arm.h"
#include "lib/text.h"

namespace netswap {

namespace {

/// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325;
    for (const unsigned char c : text)
        value = (value ^ c) * 0x100000001b3;
    return value;
}

/// Of those that arms load: a test's is another matter. "" if the directory has none.
std::string fingerprint_of_modules(const std::string &directory) {
    std::map<std::string, std::string> contents;
    std::error_code none;
    for (const auto &entry : std::filesystem::directory_iterator(directory, none))
        if (const auto name = entry.path().stem().string(); module_long_name(name))
            if (auto content = read_file(entry.path()))
                contents[name] = std::move(*content);
    std::string all;
    for (const auto &[name, content] : contents)
        all += fmt::format("{} {}\n{}", name, content.size(), content);
    return all.empty() ? "" : fmt::format("{:016x}", hash(all));
}

} // namespace

Result<std::string> fingerprint(const std::string &file) {
    const auto content = read_file(file);
    if (!content)
        return tl::unexpected(content.error());
    return fmt::format("{:016x}", hash(*content));
}

Result<std::map<std::string, std::string>>
fingerprints(const std::map<std::string, Artefacts> &flavours) {
    std::map<std::string, std::string> prints;
    for (const auto &[flavour, artefacts] : flavours)
        for (const auto &[what, file] :
             {std::pair{"kernel", artefacts.kernel}, std::pair{"image", artefacts.initramfs}}) {
            auto print = fingerprint(file);
            if (!print)
                return tl::unexpected(print.error());
            prints[fmt::format("{} {}", flavour, what)] = std::move(*print);
        }
    for (const auto &[flavour, artefacts] : flavours)
        if (auto print = fingerprint_of_modules(artefacts.modules); !print.empty())
            prints[flavour + " modules"] = std::move(print);
    return prints;
}

std::string short_hash(std::string_view text) {
    const auto value = hash(text);
    return fmt::format("{:08x}", static_cast<std::uint32_t>(value ^ (value >> 32)));
}

} // namespace netswap
