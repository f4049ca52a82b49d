// SPDX-License-Identifier: GPL-2.0
// The reservation tree of a hooked kernel: who may have how much of the memory below the min
// watermark, and who has it now.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/result.h"
#include "live/genl_client.h"

namespace netswap::live {

/// All sizes are pages.
struct ReserveGroup {
    std::string name;
    std::string parent;               ///< empty for the root
    std::uint32_t pages = 0;          ///< with its children's; 0 while not active
    std::uint32_t wanted = 0;         ///< what that would be now, active or not
    std::optional<std::uint32_t> set; ///< own pages by request; otherwise computed
    bool active = false;
    /// Nothing where pages are charged to the parent.
    std::optional<std::uint32_t> usage;
    std::optional<std::uint32_t> high; ///< most pages so far
};

class ReserveTree {
  public:
    virtual ~ReserveTree() = default;
    /// Parents before their children.
    virtual Result<std::vector<ReserveGroup>> list() = 0;
    /// A group's own pages; nothing: as computed. Done when the pages are there.
    virtual Status set(const std::string &group, std::optional<std::uint32_t> pages) = 0;
    /// Holds a group active without a socket, or no longer. Done when the pages are there.
    virtual Status activate(const std::string &group, bool on) = 0;
};

class KernelReserveTree final : public ReserveTree {
  public:
    /// Fails with what is missing on a kernel without hooks or without netswap's modules.
    static Result<std::unique_ptr<KernelReserveTree>> open();

    Result<std::vector<ReserveGroup>> list() override;
    Status set(const std::string &group, std::optional<std::uint32_t> pages) override;
    Status activate(const std::string &group, bool on) override;
    /// The kernel's errno of the last request, 0 if it succeeded.
    [[nodiscard]] int last_errno() const { return client_.last_errno(); }

  private:
    explicit KernelReserveTree(GenlClient client) : client_(std::move(client)) {}
    GenlClient client_;
};

/// One message of the list; nothing if it has no name.
std::optional<ReserveGroup> parse_group(nlmsghdr &message);

/// For people: an indented table.
std::string reserve_table(const std::vector<ReserveGroup> &groups, std::int64_t page_bytes);
std::string reserve_json(const std::vector<ReserveGroup> &groups, std::int64_t page_bytes);

} // namespace netswap::live
