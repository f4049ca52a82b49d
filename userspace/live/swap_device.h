// SPDX-License-Identifier: GPL-2.0
// A block device as swap: what it holds, its header, on and off, and what the kernel says of it.
#pragma once

#include "live/machine.h"
#include "live/paths.h"

namespace netswap::live {

/// Size in bytes. Waits up to `limit_s` for it to become more than 0: nbd sets it a moment after
/// connecting.
Result<std::uint64_t> block_device_bytes(const std::string &device, double limit_s);

/// What libblkid finds; without a signature the first 64 KiB must be zero to count as empty.
Result<DeviceContent> probe_device(const std::string &device);

/// UUID of the swap area that begins on the device now, whatever is in the page cache. Empty if
/// there is no area, or it has none.
Result<std::string> read_uuid(const std::string &device);
/// One that nobody has.
std::string new_uuid();

/// Writes the first page of a swap area of `bytes` and syncs it. `uuid` as text, or empty.
Status write_header(const std::string &device, std::uint64_t bytes, const std::string &uuid);

Status swap_on(const std::string &device, std::optional<int> prio);
Status swap_off(const std::string &device);

/// /proc/swaps.
Result<std::vector<SwapEntry>> read_swaps(const Paths &paths);

/// /proc/meminfo.
Result<MemoryLevel> read_memory(const Paths &paths);

} // namespace netswap::live
