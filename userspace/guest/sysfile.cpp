// SPDX-License-Identifier: GPL-2.0
#include "guest/sysfile.h"

#include <fcntl.h>

namespace netswap::guest {

Result<std::string> read_text(const std::string &path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid())
        return os_error("opening " + path);
    std::string text;
    char buffer[4096];
    for (;;) {
        const auto got = ::read(file.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return os_error("reading " + path);
        if (got == 0)
            return text;
        text.append(buffer, static_cast<std::size_t>(got));
    }
}

std::optional<std::string> read_word(const std::string &path) {
    auto text = read_text(path);
    if (!text)
        return std::nullopt;
    text->resize(std::min(text->find('\n'), text->size()));
    text->resize(text->find_last_not_of(" \t\r") + 1);
    return *text;
}

Result<void> write_text(const std::string &path, const std::string &text) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.valid())
        return os_error("opening " + path);
    if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return os_error("writing '" + text + "' to " + path);
    return {};
}

} // namespace netswap::guest
