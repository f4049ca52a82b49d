// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "guest/test_tally.h"

namespace netswap::guest {

/// Loads kunit.ko and every *_kunit.ko of the image, one after the other, and adds the
/// results: from debugfs if the kernel shows them there, else from its log.
void run_kunit(TestTally &tally);

} // namespace netswap::guest
