// SPDX-License-Identifier: GPL-2.0
#include "lib/text.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <sys/stat.h>
#include <unistd.h>

namespace netswap {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    if (text.empty())
        return parts;
    while (true) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::string join(const std::vector<std::string> &parts, std::string_view separator) {
    std::string out;
    for (const auto &part : parts) {
        if (&part != &parts.front())
            out += separator;
        out += part;
    }
    return out;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::optional<std::int64_t> parse_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return value;
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i++]);
        if (first < 0x80)
            continue;
        const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        if (first < 0xc2 || first > 0xf4)
            return false;
        std::uint32_t code = first & (0x3fU >> more);
        for (int n = 0; n < more; ++n, ++i) {
            const auto next = i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
            if ((next & 0xc0U) != 0x80)
                return false;
            code = code << 6 | (next & 0x3fU);
        }
        if ((more == 2 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) ||
            (more == 3 && (code < 0x10000 || code > 0x10ffff)))
            return false;
    }
    return true;
}

Result<std::string> read_file(const std::filesystem::path &path) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return tl::unexpected(errno_error("cannot read " + path.string(), errno));
    std::ostringstream out;
    out << in.rdbuf();
    if (in.bad())
        return tl::unexpected(errno_error("cannot read " + path.string(), errno));
    return out.str();
}

Status write_file(const std::filesystem::path &path, std::string_view content) {
    auto temporary = path;
    temporary += ".tmp";
    {
        std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
        out.write(content.data(), static_cast<std::streamsize>(content.size()));
        out.close();
        if (!out) {
            auto error = errno_error("cannot write " + path.string(), errno);
            std::remove(temporary.c_str());
            return tl::unexpected(error);
        }
    }
    if (std::rename(temporary.c_str(), path.c_str()) != 0) {
        auto error = errno_error("cannot write " + path.string(), errno);
        std::remove(temporary.c_str());
        return tl::unexpected(error);
    }
    return {};
}

namespace {

bool is_standard_output(const std::filesystem::path &path) {
    struct stat about {};
    struct stat ours {};
    return ::stat(path.c_str(), &about) == 0 && ::fstat(STDOUT_FILENO, &ours) == 0 &&
           about.st_dev == ours.st_dev && about.st_ino == ours.st_ino;
}

} // namespace

Status write_output(const std::filesystem::path &path, std::string_view content) {
    // Opened anew, a file would lose what is in it, and get the rest at its begin.
    if (is_standard_output(path)) {
        const bool ok = std::fwrite(content.data(), 1, content.size(), stdout) == content.size() &&
                        std::fflush(stdout) == 0;
        return ok ? Status{} : tl::unexpected(errno_error("cannot write " + path.string(), errno));
    }
    std::error_code none;
    const auto about = std::filesystem::symlink_status(path, none);
    if (!std::filesystem::exists(about) || std::filesystem::is_regular_file(about))
        return write_file(path, content);
    std::ofstream out(path, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out)
        return tl::unexpected(errno_error("cannot write " + path.string(), errno));
    return {};
}

} // namespace netswap
