// SPDX-License-Identifier: GPL-2.0
#include "live/view/family_view.h"

#include <cerrno>

#include "kmod/uapi/netswap.h"
#include "live/family_counters.h"
#include "live/marks_message.h"
#include "live/netlink_attributes.h"

namespace netswap::live {

namespace {

/// One read of all there is. The module on a stock kernel answers only part of the questions.
class Reader {
  public:
    explicit Reader(GenlClient client) : client_(std::move(client)) {}

    Result<std::optional<FamilyView>> read() {
        for (const auto step :
             {&Reader::policy, &Reader::mechanisms, &Reader::counters, &Reader::sockets})
            if (auto ok = (this->*step)(); !ok)
                return tl::unexpected(ok.error());
        return std::move(view_);
    }

  private:
    Status ask(int command, int flags, const char *what, std::function<void(nlmsghdr &)> take) {
        auto done = client_.ask(
            {.command = command, .flags = flags, .put = nullptr, .take = std::move(take)});
        if (done || not_offered(client_))
            return {};
        return with_context(done.error(), std::string("asking the kernel for ") + what);
    }

    Status policy() {
        return ask(NETSWAP_CMD_POLICY_GET, 0, "its policy", [this](nlmsghdr &message) {
            const auto in = attributes<NETSWAP_A_POLICY_MAX>(message);
            view_.policy = text_of(in[NETSWAP_A_POLICY_POLICY]);
            view_.emergency_pages = number_of(in[NETSWAP_A_POLICY_EMERGENCY_PAGES]);
            view_.marked_sockets = number_of(in[NETSWAP_A_POLICY_MARKED_SOCKETS]);
        });
    }

    Status mechanisms() {
        return ask(NETSWAP_CMD_MECHANISM_GET, NLM_F_DUMP, "its mechanisms",
                   [this](nlmsghdr &message) {
                       const auto in = attributes<NETSWAP_A_MECHANISM_MAX>(message);
                       view_.mechanisms.push_back({text_of(in[NETSWAP_A_MECHANISM_NAME]),
                                                   text_of(in[NETSWAP_A_MECHANISM_GROUP])});
                   });
    }

    Status counters() {
        auto counters = family_counters(client_);
        if (!counters)
            return tl::unexpected(counters.error());
        view_.counters = std::move(*counters);
        return {};
    }

    Status sockets() {
        std::vector<MarkedSocket> sockets;
        const auto done = client_.ask(
            {.command = NETSWAP_CMD_SOCKET_GET,
             .flags = NLM_F_DUMP,
             .put = nullptr,
             .take = [&sockets](nlmsghdr &message) { parse_listed(message, sockets); }});
        if (done)
            view_.sockets = std::move(sockets);
        else if (!not_offered(client_) && client_.last_errno() != EPERM)
            return with_context(done.error(), "asking the kernel for the marked sockets");
        return {};
    }

    GenlClient client_;
    FamilyView view_;
};

} // namespace

std::optional<std::uint64_t> FamilyView::counter(std::string_view name) const {
    for (const auto &[counter, value] : counters)
        if (counter == name)
            return value;
    return std::nullopt;
}

Result<std::optional<FamilyView>> NetlinkFamily::read() {
    auto client = GenlClient::open(NETSWAP_FAMILY_NAME, NETSWAP_FAMILY_VERSION, "no such family");
    if (client)
        return Reader(std::move(*client)).read();
    if (client.error().code == exit_host)
        return std::nullopt;
    return with_context(client.error(), "asking the kernel");
}

} // namespace netswap::live
