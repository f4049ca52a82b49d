// SPDX-License-Identifier: GPL-2.0
#include "matrix/journal.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/text.h"

namespace netswap {

namespace {

/// Objects of whole lines; `length` is where the last of them ends.
Result<std::vector<nlohmann::json>> parse(const std::string &file, std::string_view text,
                                          std::size_t &length) {
    std::vector<nlohmann::json> lines;
    length = 0;
    std::size_t end = 0;
    while ((end = text.find('\n', length)) != std::string_view::npos) {
        auto object = nlohmann::json::parse(text.substr(length, end - length), nullptr, false);
        if (!object.is_object())
            return fail(
                fmt::format("{}:{}: is no record; mend or remove the line", file, lines.size() + 1),
                exit_bad_input);
        lines.push_back(std::move(object));
        length = end + 1;
    }
    return lines;
}

} // namespace

Result<Journal> Journal::open(const std::string &file) {
    Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!fd.valid())
        return tl::unexpected(errno_error(file, errno, exit_bad_input));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(fmt::format("{} is being written by another netswap: wait for it, or give "
                                "another --out",
                                file),
                    exit_bad_input);
    const auto text = read_file(file);
    if (!text)
        return tl::unexpected(text.error());
    std::size_t length = 0;
    auto lines = parse(file, *text, length);
    if (!lines)
        return tl::unexpected(lines.error());
    if (length < text->size() && ::ftruncate(fd.get(), static_cast<off_t>(length)) != 0)
        return tl::unexpected(errno_error(file, errno));
    Journal journal(file, std::move(fd));
    journal.lines_ = std::move(*lines);
    return journal;
}

Status Journal::append(const nlohmann::json &object) {
    const auto line = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    const auto before = ::lseek(fd_.get(), 0, SEEK_END);
    const auto written = ::write(fd_.get(), line.data(), line.size());
    if (written == static_cast<ssize_t>(line.size()) && ::fsync(fd_.get()) == 0)
        return {};
    const int reason = written < 0 || written == static_cast<ssize_t>(line.size()) ? errno : ENOSPC;
    if (before >= 0) [[maybe_unused]]
        auto ignored = ::ftruncate(fd_.get(), before);
    return tl::unexpected(errno_error("cannot write " + file_, reason));
}

Result<std::vector<nlohmann::json>> read_journal(const std::string &file) {
    const auto text = read_file(file);
    if (!text)
        return fail(text.error().message, exit_bad_input);
    std::size_t length = 0;
    return parse(file, *text, length);
}

} // namespace netswap
