// SPDX-License-Identifier: GPL-2.0
#include "live/view/keeper_view.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "lib/fd.h"
#include "lib/text.h"

namespace netswap::live {

namespace {

/// The file mapped read-only for as long as this object lives.
class Mapping {
  public:
    Mapping(int fd, std::size_t bytes)
        : bytes_(bytes), at_(::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0)) {}
    ~Mapping() {
        if (at_ != MAP_FAILED)
            ::munmap(at_, bytes_);
    }
    Mapping(const Mapping &) = delete;
    Mapping &operator=(const Mapping &) = delete;
    [[nodiscard]] const LivePage *page() const {
        return at_ == MAP_FAILED ? nullptr : static_cast<const LivePage *>(at_);
    }

  private:
    std::size_t bytes_;
    void *at_;
};

KeeperView damaged(std::string problem) {
    KeeperView view;
    view.presence = KeeperPresence::damaged;
    view.problem = std::move(problem);
    return view;
}

/// Text that the daemon may be writing at this moment: printable, and it ends.
std::string text_of(const std::array<char, 120> &from) {
    std::string out;
    for (const char byte : from) {
        if (byte == '\0')
            break;
        out += byte >= ' ' && byte <= '~' ? byte : '?';
    }
    return out;
}

void copy(const LivePage &page, KeeperView &view) {
    view.pid = page.pid;
    view.state = page.state;
    view.grant = page.grant;
    view.locked = page.locked != 0;
    view.started_ns = page.started_ns;
    view.heartbeat_ns = page.heartbeat_ns;
    view.conns = page.conns;
    view.conns_up = page.conns_up;
    view.adoptions = page.adoptions;
    view.link_dead_events = page.link_dead_events;
    view.reconnects = page.reconnects;
    view.attempts_failed = page.attempts_failed;
    view.down_since_ns = page.down_since_ns;
    view.last_recovery_ns = page.last_recovery_ns;
    view.worst_recovery_ns = page.worst_recovery_ns;
    view.heap_calls = page.heap_calls;
    view.last_errno = page.last_errno;
    view.last_error = text_of(page.last_error);
    const auto conns = std::min<std::size_t>(view.conns, page.local_port.size());
    for (std::size_t i = 0; i < conns; ++i)
        if (const std::uint32_t port = page.local_port[i]; port != 0)
            view.local_ports.push_back(port);
    for (const auto &recovery : page.recovery_ns)
        if (const std::uint64_t took = recovery; took != 0)
            view.recoveries_ns.push_back(took);
}

/// Whoever may not open the lock's file can see who has it.
bool is_kept(const Paths &paths, const std::string &area) {
    struct stat about {};
    const auto locks = read_file(paths.proc("locks"));
    return locks && ::stat(paths.run(area + keeper_ending).c_str(), &about) == 0 &&
           lock_holder(*locks, about);
}

} // namespace

std::optional<int> lock_holder(std::string_view locks, const struct stat &file) {
    const auto place =
        fmt::format(" {:02x}:{:02x}:{} ", major(file.st_dev), minor(file.st_dev), file.st_ino);
    for (const auto line : split(locks, '\n')) {
        constexpr std::string_view kind = " WRITE ";
        const auto who = line.find(kind);
        const auto where = line.find(place);
        // A line with an arrow is somebody who waits for the lock.
        if (line.find(" FLOCK ") != std::string_view::npos && who < where &&
            where != std::string_view::npos && line.find("->") == std::string_view::npos)
            return static_cast<int>(
                parse_number(line.substr(who + kind.size(), where - who - kind.size()))
                    .value_or(0));
    }
    return std::nullopt;
}

KeeperView read_keeper(const Paths &paths, const std::string &area) {
    const auto file = paths.run(area + page_ending);
    const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid())
        return errno == ENOENT ? KeeperView{} : damaged(errno_error(file, errno).message);
    struct stat about {};
    if (::fstat(fd.get(), &about) != 0)
        return damaged(errno_error(file, errno).message);
    if (!S_ISREG(about.st_mode) || about.st_size < static_cast<off_t>(sizeof(LivePage)))
        return damaged(fmt::format("{}: {} bytes are no page of a daemon", file, about.st_size));
    const Mapping mapping(fd.get(), sizeof(LivePage));
    const auto *page = mapping.page();
    if (page == nullptr)
        return damaged(errno_error(file, errno).message);
    if (page->magic != live_magic)
        return damaged(fmt::format("{}: no page of netswapd", file));
    if (page->version != live_version)
        return damaged(fmt::format("{}: version {}, this netswap reads {}", file, page->version,
                                   live_version));

    KeeperView view;
    copy(*page, view);
    // `netswap up` makes the page for the first daemon.
    view.presence = is_kept(paths, area)    ? KeeperPresence::running
                    : page->started_ns == 0 ? KeeperPresence::absent
                                            : KeeperPresence::ended;
    return view;
}

const char *to_string(KeeperState state) {
    switch (state) {
    case KeeperState::starting:
        return "starting";
    case KeeperState::watching:
        return "watching";
    case KeeperState::reconnecting:
        return "reconnecting";
    case KeeperState::waiting:
        return "waiting";
    case KeeperState::stopped:
        return "stopped";
    case KeeperState::removed:
        return "removed";
    }
    return "unknown";
}

const char *to_string(KeeperGrant grant) {
    switch (grant) {
    case KeeperGrant::none:
        return "none";
    case KeeperGrant::io_flusher:
        return "io_flusher";
    case KeeperGrant::reserve:
        return "reserve";
    }
    return "unknown";
}

const char *to_string(KeeperPresence presence) {
    switch (presence) {
    case KeeperPresence::running:
        return "running";
    case KeeperPresence::absent:
        return "absent";
    case KeeperPresence::ended:
        return "ended";
    case KeeperPresence::damaged:
        return "damaged";
    }
    return "unknown";
}

} // namespace netswap::live
