// SPDX-License-Identifier: GPL-2.0
#include "lib/hang_analysis.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "lib/task_dump.h"
#include "lib/task_role.h"
#include "lib/text.h"

namespace netswap {

namespace {

struct Actor {
    const TaskStack *task;
    TaskRole role;
};
using Actors = std::vector<Actor>;

Actors actors_of(const ConsoleDump &dump) {
    Actors actors;
    for (const auto &task : dump.tasks)
        actors.push_back({&task, role_of(task)});
    return actors;
}

template <typename Predicate>
Actors select(const Actors &actors, Predicate predicate) {
    Actors chosen;
    std::copy_if(actors.begin(), actors.end(), std::back_inserter(chosen), predicate);
    return chosen;
}

/// "storm:83, storm:85, storm:86 and 4 more"
std::string names(const Actors &actors) {
    constexpr std::size_t shown = 3;
    std::vector<std::string> labels;
    for (const auto &actor : actors)
        if (labels.size() < shown)
            labels.push_back(task_label(*actor.task));
    auto text = join(labels, ", ");
    if (actors.size() > shown)
        text += fmt::format(" and {} more", actors.size() - shown);
    return text;
}

std::string count(const Actors &actors, std::string_view one, std::string_view many) {
    return fmt::format("{} {} ({})", actors.size(), actors.size() == 1 ? one : many, names(actors));
}

/// Those inside a send; if there are none, whom lockdep names and does not wait for the lock
/// itself.
Actors find_holders(const Actors &actors, const ConsoleDump &dump) {
    auto holders = select(actors, [](const Actor &a) { return a.role.sends; });
    if (!holders.empty())
        return holders;
    for (const auto &lock : dump.locks)
        if (lock.lock.find("tx_lock") != std::string::npos)
            for (const auto &actor : actors)
                if (actor.task->pid == lock.pid && !actor.role.waits_tx_lock)
                    holders.push_back(actor);
    return holders;
}

class Story {
  public:
    Story(const ConsoleDump &dump, const std::vector<Sample> &samples)
        : dump_(dump), actors_(actors_of(dump)), holders_(find_holders(actors_, dump)),
          waiters_(select(actors_, [](const Actor &a) { return a.role.waits_tx_lock; })) {
        if (dump.memory)
            memory_ = dump.memory;
        else if (!samples.empty())
            memory_ = MemoryLevel{samples.back().free, samples.back().min};
    }

    std::vector<std::string> tell() {
        tell_refill();
        tell_lock();
        tell_receive();
        tell_others();
        if (lines_.empty())
            lines_.emplace_back(dump_.answered ? "no task was found waiting; see console.log"
                                               : "the guest did not answer sysrq; see console.log");
        return std::move(lines_);
    }

    std::vector<BlockedTask> blocked() const {
        std::vector<BlockedTask> list;
        for (const auto &[task, role] : actors_) {
            if (task->state != 'D' && !role.sends && !role.refills && !role.waits_tx_lock)
                continue;
            auto name = task->name;
            if (!task->work.empty())
                name += " " + task->work;
            list.push_back({std::move(name), task->pid, std::string(1, task->state),
                            describe_wait(*task, role)});
        }
        return list;
    }

  private:
    void tell_refill() {
        for (const auto &[task, role] : actors_) {
            if (!role.refills)
                continue;
            refill_ = task;
            lines_.push_back(fmt::format("{} has NAPI disabled: {}", task_label(*task),
                                         describe_wait(*task, role)));
            refill_closes_ = role.waits_tx_lock || role.reclaims || role.throttled;
        }
    }

    static std::string holder_wait(const TaskStack &task, const TaskRole &role) {
        if (role.waits_send_space)
            return "waits for socket buffer space, that is for an ACK";
        if (role.send_needs_memory)
            return "needs memory to send a page, and finds none in direct reclaim";
        const auto why = describe_wait(task, role);
        return why.starts_with("in ") ? "is " + why : why;
    }

    void tell_lock() {
        auto others = select(waiters_, [this](const Actor &a) { return a.task != refill_; });
        if (!others.empty())
            lines_.push_back(count(others, "task waits", "tasks wait") + " for nbd tx_lock");
        for (const auto &[task, role] : holders_) {
            lines_.push_back(fmt::format("nbd tx_lock is held by {}, which {}", task_label(*task),
                                         holder_wait(*task, role)));
        }
        if (holders_.empty() && !waiters_.empty())
            lines_.emplace_back("the holder of nbd tx_lock is not among the tasks printed");
    }

    void tell_receive() {
        for (const auto &[task, role] : actors_)
            if (role.receive_needs_socket && !holders_.empty())
                lines_.push_back(fmt::format("{} cannot read the server's replies: the sender has "
                                             "the socket's lock",
                                             task_label(*task)));
        if (refill_ && refill_closes_) {
            lines_.emplace_back("the ACK cannot be received: NAPI is disabled until refill_work "
                                "is done");
            return;
        }
        const bool starved = memory_ && memory_->free * 8 <= memory_->min * 3;
        const auto figures =
            memory_ ? fmt::format("free {} pages, min {}", memory_->free, memory_->min) : "";
        const bool waits_for_wire = std::any_of(actors_.begin(), actors_.end(), [](const Actor &a) {
            return a.role.waits_send_space || a.role.receives || a.role.waits_swap_in;
        });
        if (starved && waits_for_wire)
            lines_.push_back(fmt::format("packets cannot be received: memory is below what an "
                                         "atomic allocation may use ({})",
                                         figures));
        else if (!figures.empty() && !actors_.empty())
            lines_.push_back("memory: " + figures);
    }

    void tell_others() {
        const auto tell = [this](std::string_view what, auto predicate) {
            auto found = select(actors_, [&](const Actor &a) {
                return predicate(a.role) && !a.role.waits_tx_lock && !a.role.sends &&
                       !a.role.refills;
            });
            if (!found.empty())
                lines_.push_back(
                    fmt::format("{} {}", count(found, "task waits", "tasks wait"), what));
        };
        tell("to be let into direct reclaim (throttled)",
             [](const TaskRole &r) { return r.throttled; });
        tell("for a free block request", [](const TaskRole &r) { return r.waits_request; });
        tell("for a bio from the memory pool",
             [](const TaskRole &r) { return r.waits_memory_pool; });
        tell("for write-back of a page", [](const TaskRole &r) { return r.waits_write_back; });
        tell("for a page being swapped in", [](const TaskRole &r) { return r.waits_swap_in; });
        tell("for replies of the NBD server",
             [](const TaskRole &r) { return r.receives && !r.receive_needs_socket; });
    }

    const ConsoleDump &dump_;
    Actors actors_;
    Actors holders_;
    Actors waiters_;
    std::optional<MemoryLevel> memory_;
    const TaskStack *refill_ = nullptr;
    bool refill_closes_ = false;
    std::vector<std::string> lines_;
};

} // namespace

HangReport analyse_hang(std::string_view console, const std::vector<Sample> &samples) {
    const auto dump = parse_console_dump(console);
    Story story(dump, samples);
    HangReport report;
    report.blocked = story.blocked();
    report.cycle = story.tell();
    return report;
}

bool wants_all_tasks(std::string_view console) {
    const auto dump = parse_console_dump(console);
    const auto actors = actors_of(dump);
    if (actors.empty())
        return true;
    return find_holders(actors, dump).empty();
}

} // namespace netswap
