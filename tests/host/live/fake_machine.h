// SPDX-License-Identifier: GPL-2.0
// A machine that remembers what was done to it, and refuses the step that it is told to.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>

#include "live/machine.h"

namespace netswap::live {

class FakeMachine : public Machine {
  public:
    std::vector<std::string> done; ///< what changed it, in order
    std::string refuse;            ///< the step that fails, by the word that `done` would get
    bool is_hooked = false;
    bool nbd = true;
    bool virtio = false;
    bool nbd_module = true;
    std::vector<std::string> modules;
    std::vector<std::string> helpers; ///< modules that were noted
    std::string backend;              ///< of the device once connected
    bool removed = false;
    DeviceContent content;
    std::string uuid; ///< in the swap header that is there
    std::uint64_t bytes = 64 << 20;
    std::uint64_t used = 0;
    MemoryLevel level{1 << 30, 0};
    bool is_swap = false;
    DeviceOrder order;
    AreaState written;
    std::vector<AreaState> parts;  ///< each that was written
    std::vector<AreaState> others; ///< areas that are there besides
    int locked = 0;
    std::vector<std::uint16_t> ports;

    Status check_privilege() override {
        return refuse == "privilege" ? fail("not permitted", exit_host) : Status{};
    }
    bool hooked() override { return is_hooked; }
    bool module_loaded(const std::string &name) override {
        return std::find(modules.begin(), modules.end(), name) != modules.end();
    }
    Status load_module(const std::string &name) override {
        if (auto ok = step("modprobe " + name); !ok)
            return ok;
        modules.push_back(name);
        nbd = nbd || (name == "nbd" && nbd_module);
        return {};
    }
    Status unload_module(const std::string &name) override {
        modules.erase(std::remove(modules.begin(), modules.end(), name), modules.end());
        return step("rmmod " + name);
    }
    std::vector<std::string> loaded_helpers() override { return helpers; }
    Status note_helpers(const std::vector<std::string> &names) override {
        helpers = names;
        return {};
    }
    bool needs_guard(const std::vector<ServerAddress> &) override { return virtio; }
    bool has_nbd() override { return nbd; }
    Result<int> connect_device(const DeviceOrder &wanted) override {
        if (auto ok = step("connect"); !ok)
            return tl::unexpected(ok.error());
        order = wanted;
        backend = wanted.backend;
        return 3;
    }
    Status disconnect_device(int index) override {
        backend.clear();
        return step(fmt::format("disconnect {}", index));
    }
    std::string backend_of(int) override { return backend; }
    bool device_removed(int, const std::string &) override { return removed; }
    int device_with(const std::string &wanted) override {
        return !backend.empty() && wanted == backend ? 3 : -1;
    }
    Result<int> free_device() override { return 3; }
    Status run_nbd_client(const AreaSpec &, const AreaState &) override {
        return step("nbd-client");
    }
    Result<std::uint64_t> device_bytes(const std::string &) override { return bytes; }
    Result<DeviceContent> device_content(const std::string &) override { return content; }
    Result<std::string> swap_uuid(const std::string &) override { return uuid; }
    std::string new_uuid() override { return "new"; }
    Status write_swap_header(const AreaState &state) override {
        return step(fmt::format("mkswap {} {}", state.device, state.swap_bytes));
    }
    Status swap_on(const std::string &device, std::optional<int> prio) override {
        is_swap = refuse != "swapon";
        return step(fmt::format("swapon {} {}", device, prio.value_or(-2)), "swapon");
    }
    Status swap_off(const std::string &device) override {
        auto ok = step("swapoff " + device, "swapoff");
        is_swap = is_swap && !ok;
        return ok;
    }
    Result<std::vector<SwapEntry>> swaps() override {
        std::vector<SwapEntry> list;
        if (is_swap)
            list.push_back({"/dev/nbd3", bytes, used, -2});
        return list;
    }
    Result<MemoryLevel> memory() override { return level; }
    Result<ReserveChange> raise_reserve(const AreaSpec &, const AreaState &) override {
        if (auto ok = step("reserve"); !ok)
            return tl::unexpected(ok.error());
        return ReserveChange{1000, 2000};
    }
    Status restore_reserve(const AreaState &) override { return step("restore"); }
    Result<Fd> lock_areas() override {
        ++locked;
        return Fd();
    }
    Result<Fd> lock_headers() override { return Fd(); }
    Result<std::vector<AreaState>> areas() override { return others; }
    Status write_part(const AreaState &state) override {
        parts.push_back(state);
        return refuse == "part" ? fail("part refused") : Status{};
    }
    Status write_state(const AreaState &state, const std::vector<std::uint16_t> &local) override {
        written = state;
        ports = local;
        return step("state");
    }
    void remove_state(const std::string &) override { (void)step("remove"); }
    Status start_keeper(const std::string &name) override { return step("netswapd " + name); }
    Status stop_keeper(const std::string &) override { return step("stop netswapd"); }
    std::int64_t unix_time() override { return 1234; }

  private:
    Status step(const std::string &what, const std::string &name = "") {
        if (refuse == (name.empty() ? what : name))
            return fail(what + " refused");
        done.push_back(what);
        return {};
    }
};

/// A server whose connections are open files that nobody reads.
class FakeNegotiator final : public Negotiator {
  public:
    keeper::ExportInfo info{64 << 20, 1, 1, 4096, 1 << 25};
    std::vector<std::string> asked;
    std::string dead; ///< an address that does not answer

    Result<NegotiatedSocket> connect(const ServerAddress &server, const std::string &name,
                                     std::uint64_t) override {
        asked.push_back(server.address + "/" + name);
        if (server.address == dead)
            return fail(server.address + ": Connection refused");
        NegotiatedSocket socket;
        socket.fd = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        socket.port = static_cast<std::uint16_t>(5000 + asked.size());
        socket.info = info;
        return socket;
    }
};

} // namespace netswap::live
