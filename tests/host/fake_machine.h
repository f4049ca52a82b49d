// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cmath>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "lib/clock.h"
#include "lib/machine.h"

namespace netswap {

/// Stands still until it is told to go on.
class FakeClock final : public Clock {
  public:
    [[nodiscard]] double now() const override { return now_; }
    void advance(double seconds) { now_ += seconds; }

  private:
    double now_ = 1000;
};

/// A guest made of a script: what happens, and how many seconds after the event before it.
class FakeMachine final : public Machine {
  public:
    explicit FakeMachine(FakeClock &clock) : clock_(clock) {}

    FakeMachine &line(std::string text, double after = 0.1) {
        return event(MachineEvent::Kind::channel_line, std::move(text), after);
    }
    FakeMachine &console(std::string text, double after = 0.1) {
        return event(MachineEvent::Kind::console, std::move(text), after);
    }
    FakeMachine &event(MachineEvent::Kind kind, std::string text, double after = 0.1) {
        script_.push_back({{kind, std::move(text)}, after});
        return *this;
    }
    /// The host stands still for so long, beyond any limit of wait().
    FakeMachine &standstill(double seconds) {
        script_.push_back({{MachineEvent::Kind::time_out, ""}, -seconds});
        return *this;
    }
    /// What the console prints when this sysrq comes.
    FakeMachine &answer(char key, std::string text) {
        answers_[key] = std::move(text);
        return *this;
    }
    /// `bytes` more on the wire whenever time passes.
    FakeMachine &wire_traffic(std::uint64_t bytes) {
        wire_step_ = bytes;
        return *this;
    }

    void add_wire(std::uint64_t bytes) { wire_ += bytes; }

    MachineEvent wait(double limit_s) override {
        wire_ += wire_step_;
        if (!script_.empty() && script_.front().second <= limit_s) {
            clock_.advance(std::abs(script_.front().second));
            auto event = std::move(script_.front().first);
            script_.pop_front();
            return event;
        }
        clock_.advance(limit_s);
        if (!script_.empty())
            script_.front().second -= limit_s;
        return {};
    }
    void send_line(const std::string &line) override { sent += line; }
    void send_sysrq(char key) override {
        keys += key;
        if (const auto it = answers_.find(key); it != answers_.end())
            script_.push_front({{MachineEvent::Kind::console, it->second}, 0.1});
    }
    std::uint64_t wire_bytes() override { return wire_; }
    void stop() override { stopped = true; }

    std::string sent; ///< lines to the guest
    std::string keys; ///< sysrq letters
    bool stopped = false;

  private:
    FakeClock &clock_;
    std::deque<std::pair<MachineEvent, double>> script_;
    std::map<char, std::string> answers_;
    std::uint64_t wire_ = 0;
    std::uint64_t wire_step_ = 0;
};

} // namespace netswap
