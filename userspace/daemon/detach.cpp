// SPDX-License-Identifier: GPL-2.0
#include "daemon/detach.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netswap {

Result<std::optional<int>> Detached::start(Detached &out) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return tl::unexpected(errno_error("pipe", errno));
    Fd read_end(ends[0]), write_end(ends[1]);
    const auto pid = ::fork();
    if (pid < 0)
        return tl::unexpected(errno_error("fork", errno));
    if (pid > 0) {
        write_end.reset();
        unsigned char code = exit_failed;
        ssize_t got;
        do
            got = ::read(read_end.get(), &code, 1);
        while (got < 0 && errno == EINTR);
        return std::optional<int>(got == 1 ? code : static_cast<int>(exit_failed));
    }
    ::setsid();
    (void)!::chdir("/");
    out.pipe_ = std::move(write_end);
    return std::optional<int>();
}

void Detached::tell(unsigned char code) {
    if (!pipe_.valid())
        return;
    (void)!::write(pipe_.get(), &code, 1);
    pipe_.reset();
    // The terminal, or the pipe of whoever started us, must not be held open.
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (code == exit_ok && null.valid())
        for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            ::dup2(null.get(), fd);
}

void Detached::ready() {
    tell(exit_ok);
}

void Detached::failed(int code) {
    tell(static_cast<unsigned char>(code));
}

} // namespace netswap
