// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

#include "lib/result.h"

namespace netswap {

/// "kvm" if this very kernel prints something under KVM within a short time, else "tcg". A /dev/kvm
/// that can be opened proves nothing: some cannot run an ordinary kernel. `reason` says why not
/// kvm.
std::string probe_accelerator(const std::string &kernel, std::string &reason, double limit_s = 8);

} // namespace netswap
