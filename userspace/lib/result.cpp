// SPDX-License-Identifier: GPL-2.0
#include "lib/result.h"

#include <system_error>

namespace netswap {

Error errno_error(std::string_view what, int error_number, int code) {
    return Error{std::string(what) + ": " + std::generic_category().message(error_number), code};
}

} // namespace netswap
