// SPDX-License-Identifier: GPL-2.0
#include "live/view/top_screen.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "lib/text.h"
#include "live/fake_tree.h"
#include "live/view/terminal.h"

using namespace netswap;
using namespace netswap::live;

namespace {

void add(TopHistory &history, FakeTree &tree) {
    auto snapshot = *tree.snapshot();
    snapshot.machine.page_bytes = 4096;
    history.add(std::move(snapshot));
}

bool contains(const std::vector<std::string> &lines, const std::string &part) {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string &line) {
        return line.find(part) != std::string::npos;
    });
}

} // namespace

TEST(TopScreen, ShowsOnePicture) {
    FakeTree tree;
    tree.make_hooked();
    TopHistory history;
    tree.write_zones(10, 300);
    add(history, tree);
    tree.clock.at.mono_ns += 1'000'000'000;
    tree.clock.at.wall_s += 1;
    tree.write_device(0, 2048 + 2048, 8192 + 8192);
    tree.write_zones(3000, 500);
    tree.family.view->counters[2].second += 5;
    add(history, tree);
    const auto lines = top_screen(history, 80, 24);
    EXPECT_EQ("\n" + join(lines, "\n") + "\n", R"(
netswap top  22:13:21 UTC  hooked kernel  all is well  (q quits)

AREA         DEVICE     CONNS DAEMON         USED  SIZE     IN/s  OUT/s FLIGHT
swap0        /dev/nbd0    4/4 watching        12M  512M     1.0M   4.0M      3
  3 reconnects, last took 0.210 s, worst 1.300 s

RESERVE    [#########.......] 2.3M of 4.3M, least seen 1.2M, lowest free 160K
  DMA32 0  [################] free 12M, min 400K
  Normal 0 [########........] free 2.0M, min 3.9M
THROTTLED  17 (+5), 1.200 s, direct reclaims 3
DROPS      socket 11 protocol 2 filter 3 (+0), TCP timeouts 5
MARKED     4 sockets
SWAP       in 0/s, out 0/s, all areas of this machine
ANSWERS    gfp gfp_memalloc, slab mainline, sock mainline
           throttle mainline, refill rx_reserve, user_marks sock_memalloc
)");
}

TEST(TopScreen, FitsWhateverTheSize) {
    FakeTree tree;
    tree.make_hooked();
    tree.family.error = "asking the kernel for its counters: no answer";
    for (int i = 1; i < 30; ++i)
        tree.write_area("swap" + std::to_string(i), i);
    TopHistory history;
    add(history, tree);
    for (const int columns : {0, 1, 20, 80, 200})
        for (const int rows : {0, 1, 5, 24, 60}) {
            const auto lines = top_screen(history, columns, rows);
            EXPECT_LE(lines.size(), static_cast<std::size_t>(rows));
            for (const auto &line : lines)
                EXPECT_LE(line.size(), static_cast<std::size_t>(std::max(columns, 1)));
        }
    const auto lines = top_screen(history, 80, 24);
    EXPECT_TRUE(contains(lines, "more"));    // not all areas,
    EXPECT_TRUE(contains(lines, "RESERVE")); // but all of the machine
    EXPECT_TRUE(contains(lines, "! asking the kernel"));
    EXPECT_TRUE(contains(lines, "PROBLEMS"));
}

TEST(TopScreen, SaysWhenNothingIsUp) {
    FakeTree tree;
    tree.remove("/run/netswap");
    TopHistory history;
    add(history, tree);
    EXPECT_TRUE(contains(top_screen(history, 80, 24), "no swap area is up"));
    EXPECT_EQ(top_line(history), "22:13:20 no area up reserve 4.3M/4.3M throttled +0 drops +0");
}

TEST(TopScreen, ShowsADaemonThatIsNotThere) {
    FakeTree tree;
    tree.write_keeper("swap0", false);
    TopHistory history;
    add(history, tree);
    const auto lines = top_screen(history, 80, 24);
    EXPECT_TRUE(contains(lines, "?/4 not running"));
    EXPECT_TRUE(contains(lines, "  ! no daemon is running"));
    EXPECT_EQ(top_line(history), "22:13:20 swap0 not running conns ?/4 used 12M daemon_not_running;"
                                 " reserve 4.3M/4.3M throttled +0 drops +0");
}

TEST(Screen, IsWrittenOverWithoutBeingCleared) {
    EXPECT_EQ(screen_bytes({"one", "two"}), "\033[Hone\033[K\r\ntwo\033[K\033[J");
    EXPECT_EQ(screen_bytes({}), "\033[H\033[J");
}
