// SPDX-License-Identifier: GPL-2.0
// The memory cgroup of the storm's workers.
#pragma once

#include "guest/base.h"

#include <cstdint>
#include <map>
#include <sys/types.h>

namespace netswap::guest {

/// Mounts the cgroup file system and makes a group limited to half of the memory.
Result<void> make_memory_cgroup();

/// Moves a process into it.
Result<void> join_memory_cgroup(pid_t pid);

/// "limit_kb", "workers", "over_limit" (how often the limit was hit); empty without the group.
std::map<std::string, std::int64_t> memory_cgroup_facts();

} // namespace netswap::guest
