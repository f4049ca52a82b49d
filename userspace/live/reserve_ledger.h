// SPDX-License-Identifier: GPL-2.0
// RUN/min_free: what vm.min_free_kbytes was, what it was set to, and for whom.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "lib/fd.h"
#include "lib/result.h"
#include "live/paths.h"

namespace netswap::live {

struct ReserveLedger {
    std::int64_t before_kb = -1;               ///< when it was first raised; -1: it was not
    std::int64_t set_kb = -1;                  ///< what it was raised to; -1: it was not
    std::map<std::string, std::int64_t> needs; ///< area, KiB

    [[nodiscard]] std::int64_t need_kb() const; ///< the largest, 0 without any
};

/// The text of such a file; the error names `file`.
Result<ReserveLedger> parse_ledger(std::string_view text, const std::string &file);

/// An empty one if there is no file.
Result<ReserveLedger> read_ledger(const Paths &paths);

/// The ledger, and nobody else's to change as long as this exists.
struct HeldLedger {
    Fd lock;
    ReserveLedger ledger;
};

/// Waits for whoever holds it; makes RUN if need be.
Result<HeldLedger> hold_ledger(const Paths &paths);

/// Without needs the file is removed.
Status write_ledger(const Paths &paths, const ReserveLedger &ledger);

} // namespace netswap::live
