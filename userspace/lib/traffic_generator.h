// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "lib/clock.h"
#include "lib/traffic.h"

namespace netswap {

/// Sends several kinds of traffic, each at its own pace, from a thread of its own.
class TrafficGenerator {
  public:
    /// `slowness` divides all rates: a guest that is so much slower takes so much less. `pause`
    /// sleeps between two rounds; empty: some milliseconds.
    TrafficGenerator(std::vector<std::unique_ptr<Traffic>> traffic, const Clock &clock,
                     double slowness = 1, std::function<void()> pause = {});
    TrafficGenerator(const TrafficGenerator &) = delete;
    TrafficGenerator &operator=(const TrafficGenerator &) = delete;
    ~TrafficGenerator() { stop(); }

    /// Opens everything and starts the thread. A failure names the kind; nothing runs then.
    Status start();
    /// Ends the thread; returns what was sent. Nothing if it does not run.
    std::vector<HostileRecord> stop();

  private:
    void send();

    std::vector<std::unique_ptr<Traffic>> traffic_;
    const Clock &clock_;
    double slowness_;
    std::function<void()> pause_;
    std::vector<bool> exhausted_;
    std::atomic<bool> stopping_{false};
    double began_ = 0;
    std::thread thread_;
};

} // namespace netswap
