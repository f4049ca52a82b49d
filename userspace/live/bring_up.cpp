// SPDX-License-Identifier: GPL-2.0
#include "live/bring_up.h"

#include <fmt/format.h>

#include "live/area_device.h"
#include "live/export_claim.h"
#include "live/export_sockets.h"
#include "live/shared_parts.h"
#include "live/swap_header.h"
#include "live/undo.h"

namespace netswap::live {

namespace {

constexpr const char *guard = "netswap_guard";
constexpr const char *mark = "netswap_mark";

class BringUp {
  public:
    BringUp(Machine &machine, Negotiator &negotiator, const AreaSpec &area,
            const UpOptions &options, const Progress &progress)
        : machine_(machine), negotiator_(negotiator), area_(area), options_(options),
          progress_(progress) {
        auto &state = report_.state;
        state.name = area.name;
        state.uri = area.uri;
        if (area.via == Via::netlink)
            state.backend = "netswap:" + area.name;
        state.export_name = options.export_name;
        state.addresses = options.addresses;
        state.conns = area.conns;
        state.timeout_s = area.timeout_s.value_or(0);
        state.dead_conn_timeout_s = area.dead_conn_timeout_s;
        state.persist = area.persist;
        state.via = area.via == Via::netlink ? "netlink" : "nbd-client";
    }

    Result<UpReport> run() {
        std::optional<Error> error;
        for (const auto step : {&BringUp::claim, &BringUp::load_modules, &BringUp::connect,
                                &BringUp::check_device, &BringUp::size_reserve,
                                &BringUp::start_swap, &BringUp::record, &BringUp::start_keeper}) {
            if (interrupted())
                error = Error{"interrupted", exit_interrupted};
            else if (auto ok = (this->*step)(); !ok)
                error = interrupted() ? Error{"interrupted", exit_interrupted} : ok.error();
            if (error)
                return undone(std::move(*error));
        }
        undo_.forget();
        return std::move(report_);
    }

  private:
    [[nodiscard]] bool interrupted() const {
        return options_.interrupted && options_.interrupted();
    }

    /// Not done any more once swapoff has failed: the pages are on that device.
    void on_failure(std::function<void()> step) {
        undo_.add([this, step = std::move(step)] {
            if (stuck_.empty())
                step();
        });
    }

    tl::unexpected<Error> undone(Error error) {
        undo_.run();
        if (!stuck_.empty())
            error.message += fmt::format("; not undone ({}): swap on {} stays on without a keeper; "
                                         "netswap down {}",
                                         stuck_, report_.state.device, area_.name);
        return tl::unexpected(std::move(error));
    }

    void take_swap_off() {
        const auto &device = report_.state.device;
        if (const auto ok = machine_.swap_off(device); !ok) {
            stuck_ = ok.error().message;
            return;
        }
        const auto swaps = machine_.swaps();
        if (!swaps)
            stuck_ = swaps.error().message;
        else if (find_swap(*swaps, device) != nullptr)
            stuck_ = fmt::format("somebody else's swapoff of {} is under way", device);
    }

    /// From here on no other area gets this export.
    Status claim() {
        return beside_areas([this](const std::vector<AreaState> &areas) {
            auto ok = check_claim(report_.state, areas);
            if (ok)
                on_failure([this] { (void)forget_area(machine_, report_.state); });
            return ok;
        });
    }

    /// Writes down what is done so far if `check` agrees; no other area changes meanwhile.
    Status beside_areas(const std::function<Status(const std::vector<AreaState> &)> &check) {
        const auto lock = machine_.lock_areas();
        if (!lock)
            return tl::unexpected(lock.error());
        const auto areas = machine_.areas();
        if (!areas)
            return tl::unexpected(areas.error());
        if (auto ok = check(*areas); !ok)
            return ok;
        return machine_.write_part(report_.state);
    }

    Status load_modules() {
        if (!machine_.has_nbd()) {
            if (auto ok = machine_.load_module("nbd"); !ok)
                return with_context(ok.error(), "this kernel has no nbd");
            if (!machine_.has_nbd())
                return fail("nbd is loaded, but without its netlink family: the kernel is too old");
        }
        if (machine_.hooked()) {
            report_.protections.emplace_back("sockets, receive, slab and reclaim: the hooked "
                                             "kernel's mechanisms (netswap status names them)");
            return {};
        }
        report_.protections.emplace_back("nbd's sockets: marked by the kernel itself (mainline)");
        if (area_.guard == GuardPolicy::automatic && machine_.needs_guard(options_.addresses))
            if (auto ok = load_helper(
                    guard,
                    "receive rings: netswap_guard lets virtio_net fill them from the reserve",
                    "virtio_net can hang this machine under swap");
                !ok)
                return ok;
        if (area_.persist)
            return load_helper(mark, "reconnecting: netswap_mark lets the keeper use the reserve",
                               "a reconnect may wait for memory that only swap can bring");
        return {};
    }

    /// A module of ours that helps a kernel without hooks; without it the area comes up as well.
    Status load_helper(const char *name, const char *protection, const char *danger) {
        const auto loaded = load_helper_module(machine_, name);
        if (!loaded) {
            report_.warnings.push_back(fmt::format("no {} ({}): {}; install netswap-dkms", name,
                                                   loaded.error().message, danger));
            return {};
        }
        if (*loaded) {
            report_.state.modules_loaded.emplace_back(name);
            if (auto ok = machine_.write_part(report_.state); !ok)
                return ok;
        }
        report_.protections.emplace_back(protection);
        return {};
    }

    Status connect() {
        progress_(fmt::format("connecting to {}", area_.uri));
        auto &state = report_.state;
        auto sockets = connect_export(negotiator_, area_, state);
        if (!sockets)
            return tl::unexpected(sockets.error());
        for (const auto &socket : *sockets)
            ports_.push_back(socket.port);
        state.device_bytes = sockets->front().info.bytes / swap_page_bytes * swap_page_bytes;
        state.swap_bytes =
            area_.size.value_or(state.device_bytes) / swap_page_bytes * swap_page_bytes;
        state.server_flags = sockets->front().info.flags;
        return area_.via == Via::netlink ? connect_device(*sockets) : run_nbd_client(*sockets);
    }

    Status connect_device(const std::vector<NegotiatedSocket> &sockets) {
        DeviceOrder order;
        for (const auto &socket : sockets)
            order.sockets.push_back(socket.fd.get());
        order.bytes = report_.state.device_bytes;
        order.server_flags = report_.state.server_flags;
        order.timeout_s = report_.state.timeout_s;
        order.dead_conn_timeout_s = report_.state.dead_conn_timeout_s;
        order.backend = report_.state.backend;
        const auto index = machine_.connect_device(order);
        if (!index)
            return tl::unexpected(index.error());
        take_device(*index);
        on_failure([this] { (void)machine_.disconnect_device(report_.state.index); });
        return machine_.write_part(report_.state);
    }

    /// It makes connections of its own; ours were to check the export. Its device has no
    /// identifier, so it is written down before.
    Status run_nbd_client(std::vector<NegotiatedSocket> &sockets) {
        sockets.clear();
        ports_.assign(ports_.size(), 0);
        if (area_.persist) {
            report_.state.persist = false;
            report_.warnings.emplace_back("via nbd-client nobody reconnects: its connections have "
                                          "no identifier");
        }
        const auto index = machine_.free_device();
        if (!index)
            return tl::unexpected(index.error());
        take_device(*index);
        if (auto ok = machine_.write_part(report_.state); !ok)
            return ok;
        if (auto ok = machine_.run_nbd_client(area_, report_.state); !ok)
            return ok;
        on_failure([this] { (void)machine_.disconnect_device(report_.state.index); });
        return {};
    }

    void take_device(int index) {
        report_.state.index = index;
        report_.state.device = fmt::format("/dev/nbd{}", index);
    }

    Status check_device() {
        const auto &state = report_.state;
        const auto bytes = machine_.device_bytes(state.device);
        if (!bytes)
            return tl::unexpected(bytes.error());
        if (*bytes < state.swap_bytes)
            return fail(fmt::format("{} has {}, swap needs {}", state.device, capacity_text(*bytes),
                                    capacity_text(state.swap_bytes)));
        const auto found = machine_.device_content(state.device);
        if (!found)
            return tl::unexpected(found.error());
        if (found->content == Content::other && !area_.force)
            return fail(fmt::format("export '{}' holds {}; --force overwrites it",
                                    state.export_name, found->what),
                        exit_bad_input);
        return {};
    }

    Status size_reserve() {
        auto &state = report_.state;
        const auto lock = machine_.lock_areas();
        if (!lock)
            return tl::unexpected(lock.error());
        const auto change = machine_.raise_reserve(area_, state);
        if (!change)
            return with_context(change.error(), "sizing the reserve");
        state.min_free_before_kb = change->before_kb;
        state.min_free_set_kb = change->set_kb;
        state.reserve_tree = change->tree;
        on_failure([this] { (void)return_reserve(machine_, report_.state); });
        return machine_.write_part(state);
    }

    Status start_swap() {
        auto &state = report_.state;
        progress_(fmt::format("making swap on {}", state.device));
        if (auto ok = write_header(); !ok)
            return ok;
        // Once swap is off: a keeper that was started although its start was interrupted.
        if (keeps())
            on_failure([this] { (void)machine_.stop_keeper(area_.name); });
        if (auto ok = machine_.swap_on(state.device, area_.prio); !ok)
            return ok;
        on_failure([this] { take_swap_off(); });
        if (const auto swaps = machine_.swaps())
            if (const auto *entry = find_swap(*swaps, state.device))
                state.prio = entry->prio;
        return {};
    }

    /// Look and write under one lock: of two areas on one export, however they came there, the
    /// second finds the first one's UUID. Not under the areas' lock: the server may not answer.
    Status write_header() {
        const auto lock = machine_.lock_headers();
        if (!lock)
            return tl::unexpected(lock.error());
        const auto found = machine_.swap_uuid(report_.state.device);
        if (!found)
            return tl::unexpected(found.error());
        if (auto ok = claim_header(*found); !ok)
            return ok;
        return machine_.write_swap_header(report_.state);
    }

    Status claim_header(const std::string &found) {
        return beside_areas([&](const std::vector<AreaState> &areas) {
            auto ok = check_uuid(report_.state, found, areas);
            if (ok)
                report_.state.uuid = machine_.new_uuid();
            return ok;
        });
    }

    Status record() {
        report_.state.up_since = machine_.unix_time();
        return machine_.write_state(report_.state, ports_);
    }

    [[nodiscard]] bool keeps() const { return options_.keeper && area_.via != Via::nbd_client; }

    Status start_keeper() {
        if (!keeps())
            return {};
        progress_("starting netswapd");
        return machine_.start_keeper(area_.name);
    }

    Machine &machine_;
    Negotiator &negotiator_;
    const AreaSpec &area_;
    const UpOptions &options_;
    const Progress &progress_;
    UpReport report_;
    std::vector<std::uint16_t> ports_;
    std::string stuck_; ///< why swap is still on although it was to be undone
    UndoList undo_;
};

} // namespace

Result<UpReport> bring_up(Machine &machine, Negotiator &negotiator, const AreaSpec &area,
                          const UpOptions &options, const Progress &progress) {
    if (auto ok = machine.check_privilege(); !ok)
        return tl::unexpected(ok.error());
    return BringUp(machine, negotiator, area, options, progress).run();
}

} // namespace netswap::live
