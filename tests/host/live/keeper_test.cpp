// SPDX-License-Identifier: GPL-2.0
#include "keeper/keeper.h"

#include <cstdlib>
#include <memory>
#include <string_view>

#include <gtest/gtest.h>

#include "daemon/heap_count.h"

using namespace netswap;
using namespace netswap::keeper;
using live::KeeperState;

namespace {

/// A machine with a server, in which time passes only while the keeper waits. Everything has a
/// fixed size: the test below counts calls to the heap.
class FakeWorld final : public World {
  public:
    explicit FakeWorld(int conns) : conns_(conns) {
        for (int i = 0; i < conns_; ++i)
            table_[i] = {static_cast<std::uint16_t>(1000 + i), TcpState::established};
        next_port_ = static_cast<std::uint16_t>(1000 + conns_);
    }

    // What the test does to it.
    void at(double seconds, void (*what)(FakeWorld &)) {
        events_[event_count_++] = {static_cast<std::uint64_t>(seconds * 1e9), what};
    }
    void end_at(double seconds) {
        at(seconds, [](FakeWorld &world) { world.stop_ = true; });
    }
    void lose(int which, TcpState state) {
        int seen = 0;
        for (auto &entry : table_)
            if (entry.port != 0 && entry.state == TcpState::established && seen++ == which) {
                entry.state = state;
                ++dead_slots_;
                ++dead_events_;
                return;
            }
        FAIL() << "no such connection";
    }
    void lose_all(TcpState state) {
        for (int left = conns_; left > 0; --left)
            lose(0, state);
    }
    void finish_closing() {
        for (auto &entry : table_)
            if (entry.state == TcpState::fin_wait1 || entry.state == TcpState::fin_wait2)
                entry = {};
    }
    [[nodiscard]] int established() const {
        int count = 0;
        for (const auto &entry : table_)
            count += entry.state == TcpState::established;
        return count;
    }

    bool server_up = true;
    bool ours = true;
    bool unix_sockets = false;
    int refusals = 0;   ///< the kernel refuses this many hand-overs
    int lost_races = 0; ///< the kernel takes none of the next ones, and does not say so
    std::uint64_t bytes = 1 << 20;
    std::uint16_t flags = 1;
    int connects = 0;
    int handed_over = 0;
    int open_fds = 0;
    int watchdogs = 0;
    int ready = 0;
    int logs = 0;
    bool overtaken = false; ///< a hand-over while old writes could still arrive

    // World
    std::uint64_t now_ns() override { return now_; }
    Wake wait(std::uint64_t until_ns) override {
        for (int i = 0; i < event_count_; ++i)
            if (events_[i].what != nullptr && events_[i].when <= std::max(until_ns, now_)) {
                auto event = events_[i];
                events_[i].what = nullptr;
                now_ = std::max(now_, event.when);
                event.what(*this);
                return wake();
            }
        now_ = std::max(until_ns, now_ + 1'000'000);
        return wake();
    }
    bool look(std::span<const std::uint16_t> ports, std::span<TcpState> states) override {
        for (std::size_t i = 0; i < ports.size(); ++i) {
            states[i] = TcpState::gone;
            for (const auto &entry : table_)
                if (entry.port == ports[i] && ports[i] != 0)
                    states[i] = entry.state;
        }
        return true;
    }
    Attempt connect(std::uint64_t) override {
        ++connects;
        now_ += 1'000'000;
        Attempt attempt;
        if (!server_up) {
            attempt.os_error = 111;
            std::snprintf(attempt.why.data(), attempt.why.size(), "connecting: refused");
            return attempt;
        }
        attempt.fd = 100;
        attempt.port = unix_sockets ? std::uint16_t{0} : next_port_++;
        attempt.bytes = bytes;
        attempt.flags = flags;
        ++open_fds;
        for (auto &entry : table_)
            if (entry.state == TcpState::gone) {
                entry = {attempt.port, TcpState::established};
                newest_ = &entry;
                break;
            }
        return attempt;
    }
    int hand_over(int fd) override {
        EXPECT_EQ(fd, 100);
        if (refusals > 0) {
            --refusals;
            return 22;
        }
        for (const auto &entry : table_)
            overtaken = overtaken || entry.state == TcpState::fin_wait1 ||
                        entry.state == TcpState::fin_wait2;
        if (lost_races > 0) {
            --lost_races;
            return 0;
        }
        if (dead_slots_ > 0) {
            --dead_slots_;
            ++handed_over;
            newest_ = nullptr; // the kernel has it now
        }
        return 0;
    }
    void close(int) override {
        --open_fds;
        if (newest_ != nullptr) {
            *newest_ = {}; // nobody else holds it
            newest_ = nullptr;
        }
    }
    bool device_is_ours() override { return ours; }
    bool keep_reserve() override { return false; }
    void notify(const char *text) override {
        watchdogs += std::string_view(text) == "WATCHDOG=1";
        ready += std::string_view(text) == "READY=1";
    }
    void log(Level, const char *) override { ++logs; }

  private:
    struct Entry {
        std::uint16_t port = 0;
        TcpState state = TcpState::gone;
    };
    struct Event {
        std::uint64_t when = 0;
        void (*what)(FakeWorld &) = nullptr;
    };

    Wake wake() {
        Wake out;
        out.stop = stop_;
        out.links_dead = dead_events_;
        dead_events_ = 0;
        return out;
    }

    int conns_;
    std::uint64_t now_ = 1'000'000;
    std::array<Entry, 64> table_{};
    Entry *newest_ = nullptr;
    std::array<Event, 128> events_{};
    int event_count_ = 0;
    std::uint16_t next_port_;
    int dead_slots_ = 0;
    int dead_events_ = 0;
    bool stop_ = false;
};

class Keeping : public ::testing::Test {
  protected:
    void make(int conns) {
        world_ = std::make_unique<FakeWorld>(conns);
        area_.conns = conns;
        area_.bytes = 1 << 20;
        area_.server_flags = 1;
        for (int i = 0; i < conns; ++i)
            page_.local_port[i] = 1000 + static_cast<std::uint32_t>(i);
    }
    Ended run() { return Keeper(*world_, area_, page_).run(); }

    std::unique_ptr<FakeWorld> world_;
    Area area_;
    live::LivePage page_{};
};

void lose_one(FakeWorld &world) {
    world.lose(0, TcpState::gone);
}

} // namespace

TEST_F(Keeping, LeavesAloneWhatIsUp) {
    make(4);
    area_.watchdog_ns = 4'000'000'000;
    world_->end_at(20);
    EXPECT_EQ(run(), Ended::stopped);
    EXPECT_EQ(world_->connects, 0);
    EXPECT_EQ(page_.conns_up, 4U);
    EXPECT_EQ(page_.state, KeeperState::stopped);
    EXPECT_EQ(world_->ready, 1);
    EXPECT_GE(world_->watchdogs, 15);
}

TEST_F(Keeping, ReplacesALostConnection) {
    make(4);
    world_->at(3, lose_one);
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(world_->established(), 4);
    EXPECT_EQ(page_.reconnects, 1U);
    EXPECT_EQ(page_.recoveries, 1U);
    EXPECT_EQ(page_.link_dead_events, 1U);
    EXPECT_LT(page_.last_recovery_ns, 500'000'000U);
    EXPECT_EQ(page_.down_since_ns, 0U);
    EXPECT_EQ(world_->open_fds, 0);
}

TEST_F(Keeping, WaitsForAServerThatIsAway) {
    make(2);
    world_->at(2, [](FakeWorld &world) {
        world.lose_all(TcpState::gone);
        world.server_up = false;
    });
    world_->at(32, [](FakeWorld &world) { world.server_up = true; });
    world_->end_at(40);
    run();
    EXPECT_EQ(world_->established(), 2);
    EXPECT_EQ(page_.reconnects, 2U);
    EXPECT_EQ(page_.recoveries, 1U);
    EXPECT_GE(page_.worst_recovery_ns, 30'000'000'000U);
    EXPECT_LT(page_.worst_recovery_ns, 33'000'000'000U);
    EXPECT_GT(page_.attempts_failed, 20U); // it kept trying
    EXPECT_LT(page_.attempts_failed, 50U); // and did not hammer
    EXPECT_STREQ(page_.last_error.data(), "connecting: refused");
    EXPECT_LT(world_->logs, 8);
}

TEST_F(Keeping, LetsNoOldWriteOvertakeANewOne) {
    make(1);
    world_->at(2, [](FakeWorld &world) { world.lose(0, TcpState::fin_wait1); });
    world_->at(7, [](FakeWorld &world) { world.finish_closing(); });
    world_->end_at(12);
    run();
    EXPECT_FALSE(world_->overtaken);
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_GE(page_.last_recovery_ns, 4'900'000'000U);
    EXPECT_LT(page_.last_recovery_ns, 6'000'000'000U);
}

TEST_F(Keeping, TriesAgainWhenTheKernelRefuses) {
    make(1);
    world_->refusals = 3;
    world_->at(2, lose_one);
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(page_.attempts_failed, 3U);
    EXPECT_EQ(page_.last_errno, 22);
    EXPECT_EQ(world_->open_fds, 0);
}

TEST_F(Keeping, NoticesThatTheKernelDidNotTakeIt) {
    make(1);
    world_->lost_races = 2; // it had not noticed the loss itself yet
    world_->at(2, lose_one);
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(world_->established(), 1);
}

TEST_F(Keeping, RefusesAnExportThatIsNotTheSame) {
    make(1);
    world_->at(2, [](FakeWorld &world) {
        world.lose(0, TcpState::gone);
        world.bytes = 4096;
    });
    world_->at(6, [](FakeWorld &world) {
        world.bytes = 1 << 20;
        world.flags = 1 | 2; // read-only
    });
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->handed_over, 0);
    EXPECT_GT(page_.attempts_failed, 2U);
    EXPECT_STREQ(page_.last_error.data(), "the export is read-only now");
    EXPECT_EQ(world_->open_fds, 0);
}

TEST_F(Keeping, OnlyWatchesWithoutPersist) {
    make(2);
    area_.persist = false;
    world_->at(2, lose_one);
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->connects, 0);
    EXPECT_EQ(page_.conns_up, 1U);
}

TEST_F(Keeping, EndsWithTheDevice) {
    make(1);
    world_->at(2, [](FakeWorld &world) { world.ours = false; });
    EXPECT_EQ(run(), Ended::device_gone);
}

TEST_F(Keeping, TakesOverFromAnEarlierOne) {
    make(3);
    world_->at(2, lose_one);
    world_->end_at(4);
    run();
    // The next daemon has the page only, and one connection was lost while nobody kept it.
    FakeWorld after(3);
    for (int i = 0; i < 3; ++i)
        page_.local_port[i] = 1000 + static_cast<std::uint32_t>(i);
    after.lose(1, TcpState::gone);
    after.end_at(5);
    Keeper(after, area_, page_).run();
    EXPECT_EQ(after.handed_over, 1);
    EXPECT_EQ(after.established(), 3);
    EXPECT_EQ(page_.adoptions, 2U);
}

TEST_F(Keeping, CountsUnixSocketsByTheKernelsWord) {
    make(2);
    area_.tcp = false;
    world_->unix_sockets = true;
    for (auto &port : page_.local_port)
        port = 0;
    world_->at(2, lose_one);
    world_->end_at(10);
    run();
    EXPECT_EQ(world_->handed_over, 1);
    EXPECT_EQ(page_.conns_up, 2U);
}

TEST_F(Keeping, NeverCallsTheHeap) {
    make(4);
    for (int i = 0; i < 20; ++i)
        world_->at(2 + 4 * i, [](FakeWorld &world) {
            world.lose_all(TcpState::fin_wait1);
            world.server_up = false;
        });
    for (int i = 0; i < 20; ++i)
        world_->at(4 + 4 * i, [](FakeWorld &world) {
            world.finish_closing();
            world.server_up = true;
        });
    world_->end_at(100);
    std::atomic<std::uint64_t> calls{0};
    heap_count::arm(&calls);
    auto *probe = static_cast<char *>(std::malloc(1)); // the counter does count
    __asm__ volatile("" : : "r"(probe) : "memory");
    const auto counted = calls.exchange(0);
    run();
    const auto made = calls.load();
    heap_count::arm(nullptr);
    std::free(probe);
    EXPECT_EQ(counted, 1U);
    EXPECT_EQ(made, 0U);
    EXPECT_EQ(page_.recoveries, 20U);
    EXPECT_EQ(page_.reconnects, 80U);
}
