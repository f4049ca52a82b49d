// SPDX-License-Identifier: GPL-2.0
#include "live/reserve_ledger.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/json_field.h"
#include "lib/text.h"

namespace netswap::live {

namespace {

using nlohmann::json;

// No .json at the end: those files are areas. Nor has an area's name a dot, so the lock is no
// area's.
constexpr const char *file_name = "min_free";
constexpr const char *lock_name = "min.free.lock";

} // namespace

std::int64_t ReserveLedger::need_kb() const {
    std::int64_t most = 0;
    for (const auto &[area, kb] : needs)
        most = std::max(most, kb);
    return most;
}

Result<ReserveLedger> parse_ledger(std::string_view text, const std::string &file) {
    ReserveLedger ledger;
    try {
        const auto in = json::parse(text);
        json_field::get(in.at("before_kb"), ledger.before_kb);
        json_field::get(in.at("set_kb"), ledger.set_kb);
        json_field::get(in.at("needs"), ledger.needs);
    } catch (const json::exception &error) {
        return fail(fmt::format("{}: damaged ({}); set vm.min_free_kbytes by hand and remove it",
                                file, error.what()));
    }
    return ledger;
}

Result<ReserveLedger> read_ledger(const Paths &paths) {
    const auto file = paths.run(file_name);
    if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT)
        return ReserveLedger{};
    const auto text = read_file(file);
    if (!text)
        return tl::unexpected(text.error());
    return parse_ledger(*text, file);
}

Result<HeldLedger> hold_ledger(const Paths &paths) {
    if (::mkdir(paths.run().c_str(), 0755) != 0 && errno != EEXIST)
        return tl::unexpected(errno_error(paths.run(), errno, exit_host));
    const auto file = paths.run(lock_name);
    // Whoever can open it can hold it, and `down` waits.
    Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd.valid() || ::fchmod(fd.get(), 0600) != 0 || ::flock(fd.get(), LOCK_EX) != 0)
        return tl::unexpected(errno_error(file, errno, exit_host));
    auto ledger = read_ledger(paths);
    if (!ledger)
        return tl::unexpected(ledger.error());
    return HeldLedger{std::move(fd), std::move(*ledger)};
}

Status write_ledger(const Paths &paths, const ReserveLedger &ledger) {
    const auto file = paths.run(file_name);
    if (ledger.needs.empty()) {
        if (::unlink(file.c_str()) != 0 && errno != ENOENT)
            return tl::unexpected(errno_error(file, errno));
        return {};
    }
    const json out = {
        {"before_kb", ledger.before_kb}, {"set_kb", ledger.set_kb}, {"needs", ledger.needs}};
    return write_file(file, out.dump(2) + "\n");
}

} // namespace netswap::live
