// SPDX-License-Identifier: GPL-2.0
#include "live/area_lock.h"

#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace netswap::live {

namespace {

// An area's name has no dot.
constexpr const char *common = "all.areas.lock";
constexpr const char *headers = "all.headers.lock";
constexpr auto look_time = std::chrono::milliseconds(200); // for somebody who only looks
constexpr auto header_time = std::chrono::seconds(20);     // for a server that answers
constexpr auto between_tries = std::chrono::milliseconds(20);

Result<Fd> open_lock(const Paths &paths, const std::string &file) {
    if (::mkdir(paths.run().c_str(), 0755) != 0 && errno != EEXIST)
        return tl::unexpected(errno_error(paths.run(), errno));
    const auto path = paths.run(file);
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd.valid())
        return tl::unexpected(errno_error(path, errno));
    return fd;
}

bool taken_within(const Fd &fd, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (std::chrono::steady_clock::now() >= end)
            return false;
        std::this_thread::sleep_for(between_tries);
    }
    return true;
}

Status wait_for(const Fd &fd, const std::string &what) {
    while (::flock(fd.get(), LOCK_EX) != 0)
        if (errno != EINTR)
            return tl::unexpected(errno_error("locking " + what, errno));
    return {};
}

} // namespace

Result<Fd> lock_area(const Paths &paths, const std::string &name) {
    auto fd = open_lock(paths, name + ".lock");
    if (fd && !taken_within(*fd, look_time)) // somebody may only be looking, area_is_idle()
        return fail(fmt::format("another netswap works on area '{}' right now", name));
    return fd;
}

Result<Fd> wait_for_area(const Paths &paths, const std::string &name,
                         const std::function<void()> &waits) {
    auto fd = open_lock(paths, name + ".lock");
    if (!fd || ::flock(fd->get(), LOCK_EX | LOCK_NB) == 0)
        return fd;
    waits();
    if (auto ok = wait_for(*fd, paths.run(name + ".lock")); !ok)
        return tl::unexpected(ok.error());
    return fd;
}

bool area_is_idle(const Paths &paths, const std::string &name) {
    const Fd fd(::open(paths.run(name + ".lock").c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid())
        return errno == ENOENT; // who may not look must not say that nobody is at work
    return ::flock(fd.get(), LOCK_SH | LOCK_NB) == 0;
}

Result<Fd> lock_all_areas(const Paths &paths) {
    auto fd = open_lock(paths, common);
    if (!fd)
        return fd;
    if (auto ok = wait_for(*fd, paths.run(common)); !ok)
        return tl::unexpected(ok.error());
    return fd;
}

Result<Fd> lock_headers(const Paths &paths) {
    auto fd = open_lock(paths, headers);
    if (fd && !taken_within(*fd, header_time))
        return fail("another netswap up waits for its server while it writes a swap header; try "
                    "again when that one is done");
    return fd;
}

} // namespace netswap::live
