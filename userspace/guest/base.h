// SPDX-License-Identifier: GPL-2.0
// What every file of the guest uses: results, descriptors, errors from errno.
#pragma once

#include "lib/fd.h"
#include "lib/result.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace netswap::guest {

/// "<what>: <reason>". Unlike in the host's tools, the code of an error is an errno value
/// (or exit_failed): the guest has no exit status, it reports everything as messages.
inline tl::unexpected<Error> os_error(std::string what, int code = errno) {
    return fail(std::move(what) + ": " + std::strerror(code), code);
}

} // namespace netswap::guest
