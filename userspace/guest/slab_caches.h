// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

namespace netswap::guest {

/// Has every slab cache give back what is free. A kernel with KASAN keeps freed objects out of the
/// way for a while, and with them their pages; this ends it.
void shrink_slab_caches(const std::string &directory = "/sys/kernel/slab");

} // namespace netswap::guest
