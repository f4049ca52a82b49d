// SPDX-License-Identifier: GPL-2.0
// The keeper's world on a live machine. Made before memory is locked; no heap afterwards.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "keeper/connection.h"
#include "keeper/nbd_netlink.h"
#include "keeper/reporter.h"
#include "keeper/tcp_table.h"
#include "keeper/world.h"
#include "lib/result.h"
#include "live/area_state.h"
#include "live/paths.h"
#include "live/swap_header.h"

namespace netswap::keeper {

class RealWorld final : public World {
  public:
    /// Opens all that is needed later: netlink sockets, tables, unconnected sockets. Blocks SIGTERM
    /// and SIGINT, which wait() reports. `reporter` must outlive the object; `netswap` is the
    /// family of netswap's modules, if there is one.
    static Result<RealWorld> open(const live::AreaState &state, const live::Paths &paths,
                                  Reporter &reporter, std::optional<GenlClient> netswap);

    /// Whether new sockets can be marked before they are connected.
    [[nodiscard]] bool marks_sockets() const { return netswap_.has_value(); }

    std::uint64_t now_ns() override;
    Wake wait(std::uint64_t until_ns) override;
    bool look(std::span<const std::uint16_t> ports, std::span<TcpState> states) override;
    Attempt connect(std::uint64_t deadline_ns) override;
    int hand_over(int fd) override;
    void close(int fd) override;
    bool device_is_ours() override;
    bool device_removed() override;
    bool requests(Requests &out) override;
    bool keep_reserve() override;
    void notify(const char *text) override { reporter_->notify(text); }
    void log(Level level, const char *text) override { reporter_->log(level, text); }

  private:
    static constexpr std::size_t most_servers = 8;
    static constexpr std::size_t pool_size = 4;

    RealWorld() = default;
    Status take_state(const live::AreaState &state, const live::Paths &paths);
    void fill_pool();
    Fd take_socket(int family);
    bool is_our_export(int fd, std::uint64_t deadline_ns, const char *&why);

    Reporter *reporter_ = nullptr;
    std::array<ServerSocketAddress, most_servers> servers_{};
    std::size_t server_count_ = 0;
    std::size_t next_server_ = 0;
    std::string export_name_; ///< made at the start, only read later
    std::string backend_;
    live::SwapUuid uuid_{}; ///< in the area's swap header; all zero if it has none
    live::SwapPage first_page_{};
    int index_ = -1;
    std::uint64_t timeout_s_ = 0;
    long reserve_kb_ = -1;

    GenlClient nbd_;
    std::optional<GenlClient> netswap_;
    NbdEvents events_;
    Fd links_;
    Fd signals_;
    Fd reserve_file_;
    Fd backend_file_;
    Fd stat_file_;
    TcpTable table_;
    std::array<Fd, pool_size> pool_;
};

} // namespace netswap::keeper
