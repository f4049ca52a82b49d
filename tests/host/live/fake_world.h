// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include <gtest/gtest.h>

#include "keeper/world.h"
#include "live/live_page.h"

namespace netswap::keeper {

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
                dead_events_ += tells ? 1 : 0;
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
    bool removed = false;      ///< by somebody else
    bool full = false;         ///< the server takes no connection, and does not say so
    bool tells = true;         ///< the kernel tells what is lost
    bool busy = false;         ///< somebody uses the device
    bool stands_still = false; ///< and gets nothing
    bool unix_sockets = false;
    int refusals = 0;     ///< the kernel refuses this many hand-overs
    int lost_answers = 0; ///< the next ones are taken, but the answer does not arrive
    int lost_races = 0;   ///< the kernel takes none of the next ones, and does not say so
    std::uint64_t bytes = 1 << 20;
    std::uint16_t flags = 1;
    int connects = 0;
    int handed_over = 0;
    int open_fds = 0;
    int watchdogs = 0;
    std::uint64_t longest_silence_ns = 0; ///< between two of them
    std::uint64_t connect_ns = 1'000'000; ///< what an attempt takes
    int missed_looks = 0;                 ///< the next ones do not see the first connection
    const live::LivePage *page = nullptr; ///< of the keeper
    int unknown_ports = 0;                ///< handed over before the page had the port
    void (*after_hand_over)(FakeWorld &) = nullptr;
    int ready = 0;
    int logs = 0;
    bool overtaken = false; ///< a hand-over while old writes could still arrive

    /// For another keeper, after the first was stopped.
    void go_on() { stop_ = false; }
    void stop() { stop_ = true; }

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
                if (entry.port == ports[i] && ports[i] != 0 &&
                    (missed_looks == 0 || &entry != table_.data()))
                    states[i] = entry.state;
        }
        missed_looks = std::max(missed_looks - 1, 0);
        return true;
    }
    Attempt connect(std::uint64_t) override {
        ++connects;
        now_ += connect_ns;
        Attempt attempt;
        if (!server_up || full) {
            attempt.os_error = full ? 0 : 111;
            std::snprintf(attempt.why.data(), attempt.why.size(),
                          full ? "no answer" : "connecting: refused");
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
        if (page != nullptr && newest_ != nullptr)
            unknown_ports +=
                std::none_of(page->local_port.begin(), page->local_port.end(),
                             [&](const auto &port) { return port.load() == newest_->port; });
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
        if (after_hand_over != nullptr)
            after_hand_over(*this);
        if (lost_answers > 0) {
            --lost_answers;
            return ENOBUFS;
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
    bool device_removed() override { return removed; }
    bool requests(Requests &out) override {
        if (busy && !stands_still && dead_slots_ < conns_)
            ++completed_;
        out = {completed_, busy ? 1U : 0U};
        return true;
    }
    bool keep_reserve() override { return false; }
    void notify(const char *text) override {
        if (std::string_view(text) == "WATCHDOG=1") {
            if (watchdogs++ > 0)
                longest_silence_ns = std::max(longest_silence_ns, now_ - last_watchdog_ns_);
            last_watchdog_ns_ = now_;
        }
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
    std::uint64_t last_watchdog_ns_ = 0;
    std::array<Entry, 64> table_{};
    Entry *newest_ = nullptr;
    std::array<Event, 128> events_{};
    int event_count_ = 0;
    std::uint16_t next_port_;
    int dead_slots_ = 0;
    int dead_events_ = 0;
    std::uint64_t completed_ = 0;
    bool stop_ = false;
};

} // namespace netswap::keeper
