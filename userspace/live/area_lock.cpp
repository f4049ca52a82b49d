// SPDX-License-Identifier: GPL-2.0
#include "live/area_lock.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace netswap::live {

namespace {

// An area's name has no dot.
constexpr const char *common = "all.areas.lock";

Result<Fd> open_lock(const Paths &paths, const std::string &file) {
    if (::mkdir(paths.run().c_str(), 0755) != 0 && errno != EEXIST)
        return tl::unexpected(errno_error(paths.run(), errno));
    const auto path = paths.run(file);
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd.valid())
        return tl::unexpected(errno_error(path, errno));
    return fd;
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
    if (fd && ::flock(fd->get(), LOCK_EX | LOCK_NB) != 0)
        return fail(fmt::format("another netswap works on area '{}' right now", name));
    return fd;
}

Result<Fd> lock_all_areas(const Paths &paths) {
    auto fd = open_lock(paths, common);
    if (!fd)
        return fd;
    if (auto ok = wait_for(*fd, paths.run(common)); !ok)
        return tl::unexpected(ok.error());
    return fd;
}

} // namespace netswap::live
