// SPDX-License-Identifier: GPL-2.0
// What setting an area up and taking it down does to this machine. Tests have a machine that
// only remembers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "keeper/handshake.h"
#include "lib/fd.h"
#include "lib/result.h"
#include "live/area.h"
#include "live/area_state.h"
#include "live/reserve.h"
#include "live/swaps.h"

namespace netswap::live {

/// A connection that is in the transmission phase.
struct NegotiatedSocket {
    Fd fd;
    std::uint16_t port = 0; ///< of this end; 0 for a UNIX socket
    keeper::ExportInfo info;
};

/// Connects to an export. With libnbd, or with the keeper's own handshake where that is too large.
class Negotiator {
  public:
    virtual ~Negotiator() = default;
    /// Bounded in time. The error names the server and the export.
    virtual Result<NegotiatedSocket> connect(const ServerAddress &server,
                                             const std::string &export_name,
                                             std::uint64_t request_timeout_s) = 0;
};

/// What NBD_CMD_CONNECT is told.
struct DeviceOrder {
    std::vector<int> sockets;
    std::uint64_t bytes = 0;
    std::uint64_t block_bytes = 4096;
    std::uint64_t server_flags = 0;
    std::uint64_t timeout_s = 0;
    std::uint64_t dead_conn_timeout_s = 0;
    std::string backend;
};

enum class Content {
    empty, ///< nothing that libblkid knows, and zeroes where a swap header would be
    swap,
    other,
};

struct DeviceContent {
    Content content = Content::empty;
    std::string what; ///< "ext4", "gpt partition table" for Content::other
};

struct MemoryLevel {
    std::uint64_t available = 0; ///< MemAvailable, bytes
    std::uint64_t swap_free = 0; ///< of all areas, bytes
};

class Machine {
  public:
    virtual ~Machine() = default;

    /// The error says which privilege is missing.
    virtual Status check_privilege() = 0;

    /// A kernel with netswap's hooks.
    [[nodiscard]] virtual bool hooked() = 0;
    [[nodiscard]] virtual bool module_loaded(const std::string &name) = 0;
    /// Loads it with its dependencies; an error if there is none or the kernel refuses it.
    virtual Status load_module(const std::string &name) = 0;
    virtual Status unload_module(const std::string &name) = 0;
    /// Those of ours that some `up` loaded and no `down` has taken out; with the areas' lock held.
    [[nodiscard]] virtual std::vector<std::string> loaded_helpers() = 0;
    virtual Status note_helpers(const std::vector<std::string> &names) = 0;
    /// Whether a network card on the way to one of the servers fills its ring without the reserve,
    /// in a way that netswap_guard mends.
    [[nodiscard]] virtual bool needs_guard(const std::vector<ServerAddress> &servers) = 0;
    /// The netlink family "nbd" is there.
    [[nodiscard]] virtual bool has_nbd() = 0;

    virtual Result<int> connect_device(const DeviceOrder &order) = 0;
    virtual Status disconnect_device(int index) = 0;
    /// The identifier of a connected device; empty if it is not connected or has none.
    [[nodiscard]] virtual std::string backend_of(int index) = 0;
    /// It has this identifier, but somebody disconnected it while swap was on.
    [[nodiscard]] virtual bool device_removed(int index, const std::string &backend) = 0;
    /// The device that has this identifier, -1 if there is none.
    [[nodiscard]] virtual int device_with(const std::string &backend) = 0;
    /// One that is not connected, for nbd-client.
    virtual Result<int> free_device() = 0;
    /// Runs nbd-client on the state's device instead.
    virtual Status run_nbd_client(const AreaSpec &area, const AreaState &state) = 0;

    virtual Result<std::uint64_t> device_bytes(const std::string &device) = 0;
    virtual Result<DeviceContent> device_content(const std::string &device) = 0;
    /// UUID of the swap area on the device; empty if there is none, or it has none.
    virtual Result<std::string> swap_uuid(const std::string &device) = 0;
    [[nodiscard]] virtual std::string new_uuid() = 0;
    virtual Status write_swap_header(const AreaState &state) = 0;
    /// Without a priority the kernel chooses.
    virtual Status swap_on(const std::string &device, std::optional<int> prio) = 0;
    /// Blocks until all pages are back. A device that is no swap (any more) is no error.
    virtual Status swap_off(const std::string &device) = 0;
    virtual Result<std::vector<SwapEntry>> swaps() = 0;
    virtual Result<MemoryLevel> memory() = 0;

    virtual Result<ReserveChange> raise_reserve(const AreaSpec &area, const AreaState &state) = 0;
    /// Back to what it was, as far as no other area needs it and nobody else has changed it.
    virtual Status restore_reserve(const AreaState &state) = 0;

    /// Held while areas are compared, and while what they share changes hands: for a moment.
    virtual Result<Fd> lock_areas() = 0;
    /// Held while a swap header is looked at and written, which asks a server. Waits for some
    /// seconds only.
    virtual Result<Fd> lock_headers() = 0;
    /// All that are up, on their way up, or were when `up` ended.
    virtual Result<std::vector<AreaState>> areas() = 0;
    /// What `up` has done so far, for whoever cleans up if it does not get to its end.
    virtual Status write_part(const AreaState &state) = 0;
    virtual Status write_state(const AreaState &state, const std::vector<std::uint16_t> &ports) = 0;
    virtual void remove_state(const std::string &name) = 0;

    /// Starts netswapd and returns once it watches.
    virtual Status start_keeper(const std::string &name) = 0;
    /// Ends it, if one runs, and waits until it is gone.
    virtual Status stop_keeper(const std::string &name) = 0;
    [[nodiscard]] virtual std::int64_t unix_time() = 0;
};

/// Told what goes on: one line each, without a full stop.
using Progress = std::function<void(const std::string &)>;

} // namespace netswap::live
