// SPDX-License-Identifier: GPL-2.0
#include "daemon/protect.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "lib/fd.h"
#include "lib/io_flusher.h"

namespace netswap {

namespace {

/// The keeper's deepest path needs some 20 KiB; the kernel would give more only on a fault.
[[gnu::noinline]] void touch_stack() {
    std::array<volatile char, 128 * 1024> stack;
    for (std::size_t i = 0; i < stack.size(); i += 1024)
        stack[i] = 1;
}

bool write_file_once(const std::string &path, std::string_view text) {
    const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return fd.valid() &&
           ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

} // namespace

Protection protect_self(const live::Paths &paths) {
    Protection got;
    const auto miss = [&](const char *what) {
        got.missing.push_back(fmt::format("{}: {}", what, std::strerror(errno)));
    };
    got.oom_exempt = write_file_once(paths.proc("self/oom_score_adj"), "-1000");
    if (!got.oom_exempt)
        miss("oom_score_adj");
    got.io_flusher = ::prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0) == 0;
    if (!got.io_flusher)
        miss("PR_SET_IO_FLUSHER");
    ::mallopt(M_TRIM_THRESHOLD, -1);
    got.locked = ::mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
    if (!got.locked)
        miss("mlockall");
    touch_stack();
    return got;
}

} // namespace netswap
