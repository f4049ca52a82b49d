// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "live/machine.h"
#include "live/paths.h"

namespace netswap::live {

/// This machine. Needs root for nearly all of it.
class RealMachine final : public Machine {
  public:
    explicit RealMachine(Paths paths) : paths_(std::move(paths)) {}

    Status check_privilege() override;
    bool hooked() override;
    bool module_loaded(const std::string &name) override;
    Status load_module(const std::string &name) override;
    Status unload_module(const std::string &name) override;
    std::vector<std::string> loaded_helpers() override;
    Status note_helpers(const std::vector<std::string> &names) override;
    bool needs_guard(const std::vector<ServerAddress> &servers) override;
    bool has_nbd() override;
    Result<int> connect_device(const DeviceOrder &order) override;
    Status disconnect_device(int index) override;
    std::string backend_of(int index) override;
    bool device_removed(int index, const std::string &backend) override;
    int device_with(const std::string &backend) override;
    Result<int> free_device() override;
    Status run_nbd_client(const AreaSpec &area, const AreaState &state) override;
    Result<std::uint64_t> device_bytes(const std::string &device) override;
    Result<DeviceContent> device_content(const std::string &device) override;
    Result<std::string> swap_uuid(const std::string &device) override;
    std::string new_uuid() override;
    Status write_swap_header(const AreaState &state) override;
    Status swap_on(const std::string &device, std::optional<int> prio) override;
    Status swap_off(const std::string &device) override;
    Result<std::vector<SwapEntry>> swaps() override;
    Result<MemoryLevel> memory() override;
    Result<ReserveChange> raise_reserve(const AreaSpec &area, const AreaState &state) override;
    Status restore_reserve(const AreaState &state) override;
    Result<Fd> lock_areas() override;
    Result<Fd> lock_headers() override;
    Result<std::vector<AreaState>> areas() override;
    Status write_part(const AreaState &state) override;
    Status write_state(const AreaState &state, const std::vector<std::uint16_t> &ports) override;
    void remove_state(const std::string &name) override;
    Status start_keeper(const std::string &name) override;
    Status stop_keeper(const std::string &name) override;
    std::int64_t unix_time() override;

  private:
    Paths paths_;
};

} // namespace netswap::live
