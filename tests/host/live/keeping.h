// SPDX-License-Identifier: GPL-2.0
// A keeper in a world that is made up, for its tests.
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "keeper/keeper.h"
#include "live/fake_world.h"

namespace netswap::keeper {

class KeepingTest : public ::testing::Test {
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

inline void lose_one(FakeWorld &world) {
    world.lose(0, TcpState::gone);
}

} // namespace netswap::keeper
