// SPDX-License-Identifier: GPL-2.0
#include "live/area_lock.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace netswap::live {

Result<Fd> lock_area(const Paths &paths, const std::string &name) {
    if (::mkdir(paths.run().c_str(), 0755) != 0 && errno != EEXIST)
        return tl::unexpected(errno_error(paths.run(), errno));
    const auto file = paths.run(name + ".lock");
    Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd.valid())
        return tl::unexpected(errno_error(file, errno));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(fmt::format("another netswap works on area '{}' right now", name));
    return fd;
}

} // namespace netswap::live
