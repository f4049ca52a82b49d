// SPDX-License-Identifier: GPL-2.0
#include "guest/slab_caches.h"

#include <filesystem>

#include "guest/sysfile.h"

namespace netswap::guest {

void shrink_slab_caches(const std::string &directory) {
    std::error_code none;
    for (const auto &cache : std::filesystem::directory_iterator(directory, none))
        // An alias is a link: its cache has its turn.
        if (!cache.is_symlink(none))
            (void)write_text(cache.path() / "shrink", "1");
}

} // namespace netswap::guest
