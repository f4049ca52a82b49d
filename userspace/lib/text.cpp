// SPDX-License-Identifier: GPL-2.0
#include "lib/text.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <sstream>

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

} // namespace netswap
