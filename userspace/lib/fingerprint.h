// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lib/artefacts.h"
#include "lib/result.h"

namespace netswap {

/// 16 hex digits that differ when the file does: to notice a mix-up, not an attack.
Result<std::string> fingerprint(const std::string &file);

/// Of the kernels and images of these flavours, and of the modules if they lie beside them:
/// "6.12 kernel" -> fingerprint.
Result<std::map<std::string, std::string>>
fingerprints(const std::map<std::string, Artefacts> &flavours);

/// 8 hex digits, to name a directory by what is in it.
std::string short_hash(std::string_view text);

} // namespace netswap
