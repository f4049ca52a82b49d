// SPDX-License-Identifier: GPL-2.0
#include "lib/task_dump.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "lib/console_scan.h"
#include "lib/text.h"

namespace netswap {

namespace {

/// The number after `key`, blanks between them allowed ("pid:   83").
std::optional<std::int64_t> number_after(std::string_view line, std::string_view key) {
    const auto at = line.find(key);
    if (at == std::string_view::npos)
        return std::nullopt;
    auto rest = trim(line.substr(at + key.size()));
    return parse_number(rest.substr(0, rest.find_first_not_of("0123456789")));
}

/// "task:storm           state:D stack:0     pid:83    tgid:83 ..."
std::optional<TaskStack> parse_task_line(std::string_view line) {
    constexpr std::string_view start = "task:", state = " state:";
    const auto state_at = line.find(state);
    const auto pid = number_after(line, " pid:");
    if (!line.starts_with(start) || state_at == std::string_view::npos || !pid)
        return std::nullopt;
    TaskStack task;
    task.name = trim(line.substr(start.size(), state_at - start.size()));
    task.pid = static_cast<int>(*pid);
    if (state_at + state.size() < line.size())
        task.state = line[state_at + state.size()];
    return task;
}

/// "nbd_queue_rq+0x86/0xb0 [nbd]" -> "nbd_queue_rq"; suffixes of the compiler (.isra.0) and of
/// allocation profiling (_noprof) are dropped, so that a function has one name in every kernel.
std::string_view parse_frame(std::string_view line) {
    const auto offset = line.find("+0x");
    if (offset == std::string_view::npos || offset == 0)
        return {};
    auto name = line.substr(0, offset);
    name = name.substr(0, name.find('.'));
    if (constexpr std::string_view suffix = "_noprof"; name.ends_with(suffix))
        name.remove_suffix(suffix.size());
    const bool identifier = std::all_of(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
    return identifier ? name : std::string_view{};
}

/// "Workqueue: events refill_work [virtio_net]" -> "refill_work"
std::string parse_work(std::string_view line) {
    const auto words = split(trim(line.substr(line.find(':') + 1)), ' ');
    return words.size() < 2 ? std::string{} : std::string(words[1].substr(0, words[1].find('+')));
}

/// "2 locks held by storm/83:" -> name and pid of whose locks follow
std::optional<HeldLock> parse_lock_owner(std::string_view line) {
    auto at = line.find(" held by ");
    if (at == std::string_view::npos || line.find("lock") == std::string_view::npos)
        return std::nullopt;
    auto who = line.substr(at + 9);
    while (!who.empty() && who.back() == ':')
        who.remove_suffix(1);
    const auto slash = who.rfind('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const auto pid = parse_number(who.substr(slash + 1));
    if (!pid)
        return std::nullopt;
    return HeldLock{std::string(who.substr(0, slash)), static_cast<int>(*pid), "", ""};
}

/// "#0: ffff88800 (&nsock->tx_lock){+.+.}-{3:3}, at: nbd_queue_rq+0x86/0xb0"
std::optional<HeldLock> parse_lock(std::string_view line, const HeldLock &owner) {
    const auto open = line.find('('), close = line.find("){"), at = line.find(", at: ");
    if (!line.starts_with("#") || open == std::string_view::npos ||
        close == std::string_view::npos || at == std::string_view::npos)
        return std::nullopt;
    auto lock = owner;
    lock.lock = line.substr(open + 1, close - open - 1);
    lock.at = parse_frame(trim(line.substr(at + 6)));
    return lock;
}

/// Zone lines come one after the other; the first one of a dump starts the sum anew.
class MemoryReader {
  public:
    void line(std::string_view line) {
        if (line.starts_with("memreserve: policy"))
            start();
        else if (line.starts_with("Mem-Info:"))
            start();
        else if (line.starts_with("memreserve: node"))
            add(line, "free ", "min ", 1);
        else if (line.starts_with("Node ") && line.find(" min:") != std::string_view::npos)
            add(line, "free:", " min:", 4);
    }
    [[nodiscard]] std::optional<MemoryLevel> level() const { return level_; }

  private:
    void start() { fresh_ = true; }
    void add(std::string_view line, std::string_view free, std::string_view min, int divisor) {
        const auto free_value = number_after(line, free), min_value = number_after(line, min);
        if (!free_value || !min_value)
            return;
        if (fresh_ || !level_)
            level_ = MemoryLevel{};
        fresh_ = false;
        // More pages than any machine has: the line is damaged.
        constexpr auto most = std::int64_t{1} << 40;
        level_->free += std::min(*free_value / divisor, most);
        level_->min += std::min(*min_value / divisor, most);
    }
    std::optional<MemoryLevel> level_;
    bool fresh_ = true;
};

} // namespace

std::optional<std::size_t> TaskStack::find(std::string_view function) const {
    const auto it = std::find(frames.begin(), frames.end(), function);
    if (it == frames.end())
        return std::nullopt;
    return static_cast<std::size_t>(it - frames.begin());
}

bool TaskStack::has_prefix(std::string_view prefix) const {
    return std::any_of(frames.begin(), frames.end(),
                       [&](const auto &frame) { return frame.starts_with(prefix); });
}

ConsoleDump parse_console_dump(std::string_view console) {
    ConsoleDump dump;
    MemoryReader memory;
    std::optional<HeldLock> owner;
    TaskStack *current = nullptr;
    std::map<int, std::vector<std::string>> guesses; // by pid
    for (const auto raw : split(console, '\n')) {
        const auto line = plain_line(raw);
        memory.line(line);
        if (line.starts_with("sysrq: ")) {
            dump.answered = true;
            current = nullptr;
        } else if (auto task = parse_task_line(line)) {
            std::erase_if(dump.tasks, [&](const auto &old) { return old.pid == task->pid; });
            guesses[task->pid].clear();
            current = &dump.tasks.emplace_back(std::move(*task));
        } else if (line.starts_with("Showing ")) {
            current = nullptr;
        } else if (current && line == "</IRQ>") {
            current->frames.clear(); // a running task, interrupted by the sysrq itself
            guesses[current->pid].clear();
        } else if (auto next = parse_lock_owner(line)) {
            owner = std::move(next);
        } else if (auto lock = owner ? parse_lock(line, *owner) : std::nullopt) {
            dump.locks.push_back(std::move(*lock));
        } else if (current && line.starts_with("Workqueue:")) {
            current->work = parse_work(line);
        } else if (current && line.starts_with("? ")) {
            if (const auto frame = parse_frame(line.substr(2)); !frame.empty())
                guesses[current->pid].emplace_back(frame);
        } else if (const auto frame = parse_frame(line); current && !frame.empty()) {
            current->frames.emplace_back(frame);
        }
    }
    for (auto &task : dump.tasks)
        if (task.frames.empty())
            task.frames = std::move(guesses[task.pid]);
    dump.memory = memory.level();
    return dump;
}

} // namespace netswap
