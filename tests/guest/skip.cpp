// SPDX-License-Identifier: GPL-2.0
#include "skip.h"

#include <utility>

namespace netswap::guest {
namespace {

std::string reason_of_case;

} // namespace

void skip(std::string reason) {
    reason_of_case = std::move(reason);
}

std::string take_skip_reason() {
    return std::exchange(reason_of_case, {});
}

} // namespace netswap::guest
