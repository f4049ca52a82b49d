// SPDX-License-Identifier: GPL-2.0
#include "lib/cpio.h"

#include <array>

#include <fmt/format.h>

namespace netswap {

namespace {

constexpr unsigned regular_file = 0100444;

void pad(std::string &archive) {
    while (archive.size() % 4 != 0)
        archive += '\0';
}

/// Magic, then 13 numbers of 8 hexadecimal digits, then the name with its zero.
void add(std::string &archive, unsigned inode, unsigned mode, std::string_view name,
         std::string_view content) {
    const std::array<std::size_t, 13> fields{
        inode, mode, 0, 0, 1, 0, content.size(), 0, 0, 0, 0, name.size() + 1, 0};
    archive += "070701";
    for (const auto field : fields)
        archive += fmt::format("{:08X}", field);
    archive.append(name).append(1, '\0');
    pad(archive);
    archive += content;
    pad(archive);
}

} // namespace

std::string cpio_archive(std::string_view name, std::string_view content) {
    std::string archive;
    add(archive, 1, regular_file, name, content);
    add(archive, 0, 0, "TRAILER!!!", "");
    return archive;
}

} // namespace netswap
