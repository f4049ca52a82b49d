// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>

namespace netswap {

/// An archive of one file, owned by root and readable by all, in the form the kernel takes as an
/// initramfs ("newc"). It may stand behind another archive, also a compressed one, if it begins at
/// a multiple of 4 bytes: what is between is filled with zeros. `name` has no slash in front.
std::string cpio_archive(std::string_view name, std::string_view content);

} // namespace netswap
