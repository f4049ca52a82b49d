// SPDX-License-Identifier: GPL-2.0
#include "live/reserve.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "lib/fd.h"
#include "lib/text.h"
#include "live/area_state.h"
#include "live/reserve_ledger.h"

namespace netswap::live {

namespace {

std::int64_t page_kb() {
    return ::sysconf(_SC_PAGESIZE) / 1024;
}

/// The value and the watermarks that must come of it.
Status prove(MinFree &kernel, std::int64_t kb) {
    const auto now = kernel.read_kb();
    if (!now)
        return tl::unexpected(now.error());
    if (*now != kb)
        return fail(fmt::format("vm.min_free_kbytes: {} was written, {} is read back", kb, *now));
    const auto zones = kernel.zones();
    if (!zones)
        return tl::unexpected(zones.error());
    const auto lowmem = lowmem_managed(*zones);
    for (const auto &zone : *zones) {
        const auto due = zone_min(zone, lowmem, kb, page_kb());
        if (zone.lowmem() && zone.min < due)
            return fail(fmt::format("zone {} of node {}: min is {} pages with vm.min_free_kbytes "
                                    "{}, {} are due",
                                    zone.name, zone.node, zone.min, kb, due));
    }
    return {};
}

/// Remembers first, so that a process that dies in between has lost nothing.
Status change(const Paths &paths, MinFree &kernel, const ReserveLedger &before,
              const ReserveLedger &after, std::int64_t from_kb, std::int64_t to_kb) {
    if (const auto done = write_ledger(paths, after); !done)
        return done;
    auto done = kernel.write_kb(to_kb);
    if (done) {
        done = prove(kernel, to_kb);
        if (!done)
            static_cast<void>(kernel.write_kb(from_kb));
    }
    if (!done)
        static_cast<void>(write_ledger(paths, before));
    return done;
}

} // namespace

Result<std::int64_t> ProcMinFree::read_kb() {
    const auto file = paths_.proc("sys/vm/min_free_kbytes");
    const auto text = read_file(file);
    if (!text)
        return tl::unexpected(Error{text.error().message, exit_host});
    const auto kb = parse_number(trim(*text));
    if (!kb)
        return fail(file + ": no number in it", exit_host);
    return *kb;
}

Status ProcMinFree::write_kb(std::int64_t kb) {
    const auto file = paths_.proc("sys/vm/min_free_kbytes");
    const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd.valid())
        return tl::unexpected(errno_error(
            errno == EACCES || errno == EPERM ? file + " (run as root)" : file, errno, exit_host));
    const auto text = fmt::format("{}\n", kb);
    if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return tl::unexpected(errno_error(fmt::format("writing {} to {}", kb, file), errno));
    return {};
}

Result<std::vector<Zone>> ProcMinFree::zones() {
    const auto text = read_file(paths_.proc("zoneinfo"));
    if (!text)
        return tl::unexpected(Error{text.error().message, exit_host});
    return parse_zones(*text);
}

std::int64_t ProcMinFree::pageblock() {
    const auto text = read_file(paths_.sys("kernel/mm/transparent_hugepage/hpage_pmd_size"));
    return text ? parse_number(trim(*text)).value_or(0) / (page_kb() * 1024) : 0;
}

Result<ReserveChange> apply_reserve(const Paths &paths, MinFree &kernel, const std::string &area,
                                    std::int64_t need_kb) {
    const auto old = hold_ledger(paths);
    if (!old)
        return tl::unexpected(old.error());
    const auto now = kernel.read_kb();
    if (!now)
        return tl::unexpected(now.error());

    auto ledger = old->ledger;
    ledger.needs[area] = need_kb;
    const auto target = ledger.need_kb();
    if (*now >= target) {
        if (const auto done = write_ledger(paths, ledger); !done)
            return tl::unexpected(done.error());
        return ReserveChange{};
    }
    // Another value than the one set last is somebody's own: that is what `down` gives back.
    if (ledger.set_kb < 0 || *now != ledger.set_kb)
        ledger.before_kb = *now;
    ledger.set_kb = target;
    if (const auto done = change(paths, kernel, old->ledger, ledger, *now, target); !done)
        return with_context(done.error(), "raising the reserve");
    return ReserveChange{*now, target};
}

Result<Restored> restore_reserve(const Paths &paths, MinFree &kernel, const std::string &area) {
    const auto old = hold_ledger(paths);
    if (!old)
        return tl::unexpected(old.error());
    auto ledger = old->ledger;
    if (ledger.needs.erase(area) == 0)
        return Restored::nothing_to_do;
    const auto done = [&](Restored how) -> Result<Restored> {
        if (const auto written = write_ledger(paths, ledger); !written)
            return tl::unexpected(written.error());
        return how;
    };
    if (ledger.set_kb < 0)
        return done(Restored::nothing_to_do);
    const auto now = kernel.read_kb();
    if (!now)
        return tl::unexpected(now.error());
    if (*now != ledger.set_kb) {
        ledger.before_kb = ledger.set_kb = -1;
        return done(Restored::left_alone);
    }
    const auto target = std::max(ledger.before_kb, ledger.need_kb());
    if (target >= *now)
        return done(Restored::still_needed);
    const bool back = target == ledger.before_kb;
    if (back)
        ledger.before_kb = ledger.set_kb = -1;
    else
        ledger.set_kb = target;
    if (const auto changed = change(paths, kernel, old->ledger, ledger, *now, target); !changed)
        return with_context(changed.error(), "giving the reserve back");
    return back ? Restored::given_back : Restored::lowered;
}

Result<ReserveCheck> check_reserve(const Paths &paths, MinFree &kernel) {
    if (::access(paths.run().c_str(), F_OK) != 0)
        return ReserveCheck{};
    // Looked at without the lock first: that anybody may do.
    const auto seen = read_ledger(paths);
    if (!seen)
        return tl::unexpected(seen.error());
    const auto now = kernel.read_kb();
    if (!now)
        return tl::unexpected(now.error());
    ReserveCheck check{ReserveState::not_asked, *now, seen->need_kb()};
    if (seen->needs.empty())
        return check;
    if (*now >= check.need_kb) {
        check.state = ReserveState::holds;
        return check;
    }
    const auto zones = kernel.zones();
    if (!zones)
        return tl::unexpected(zones.error());
    if (!kernel_chooses(*zones, *now, page_kb(), kernel.pageblock())) {
        check.state = ReserveState::lowered_by_hand;
        return check;
    }

    const auto old = hold_ledger(paths);
    if (!old)
        return tl::unexpected(old.error());
    auto ledger = old->ledger;
    check.need_kb = ledger.need_kb();
    if (ledger.needs.empty() || *now >= check.need_kb) {
        check.state = ledger.needs.empty() ? ReserveState::not_asked : ReserveState::holds;
        return check;
    }
    ledger.before_kb = *now;
    ledger.set_kb = check.need_kb;
    if (const auto done = change(paths, kernel, old->ledger, ledger, *now, check.need_kb); !done)
        return with_context(done.error(), "raising the reserve again");
    check.state = ReserveState::reapplied;
    return check;
}

int connections_up(const Paths &paths) {
    int conns = 0;
    for (const auto &name : area_names(paths))
        if (const auto state = read_area_state(paths, name))
            conns += state->conns;
    return conns;
}

} // namespace netswap::live
