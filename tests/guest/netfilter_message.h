// SPDX-License-Identifier: GPL-2.0
// The few messages to the packet filter that tests need.
#pragma once

#include "guest/base.h"

#include <cstdint>

namespace netswap::guest {

/// A socket that is bound to NFQUEUE `number`; packets wait as long as it is open and nobody
/// answers.
Fd bind_queue(std::uint16_t number);

/// A table of our own with one rule: UDP for this machine goes to queue `number`. 0, or an errno.
int add_queue_rule(std::uint16_t number);

int remove_queue_rule();

} // namespace netswap::guest
