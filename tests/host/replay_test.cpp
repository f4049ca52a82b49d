// SPDX-License-Identifier: GPL-2.0
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_machine.h"
#include "lib/cpio.h"
#include "lib/qemu_monitor.h"
#include "lib/recording.h"
#include "lib/replayer.h"
#include "lib/text.h"
#include "temporary_directory.h"

namespace netswap {
namespace {

using ::testing::HasSubstr;

/// A scripted guest that makes a million instructions a second until it has made all.
class ReplayedGuest final : public CountedMachine {
  public:
    ReplayedGuest(FakeClock &clock, std::uint64_t all) : script(clock), clock_(clock), all_(all) {}

    MachineEvent wait(double limit_s) override { return script.wait(limit_s); }
    void send_line(const std::string &line) override { script.send_line(line); }
    void send_sysrq(char key) override { script.send_sysrq(key); }
    std::uint64_t wire_bytes() override { return 0; }
    void stop() override { script.stop(); }
    Result<std::uint64_t> instructions() override { return std::min(all_, made()); }
    bool paused() override { return stands_at_end && made() >= all_; }

    FakeMachine script;
    bool stands_at_end = true;

  private:
    [[nodiscard]] std::uint64_t made() const {
        return static_cast<std::uint64_t>((clock_.now() - 1000) * 1e6);
    }
    FakeClock &clock_;
    std::uint64_t all_;
};

struct Replayed {
    FakeClock clock;
    ReplayedGuest guest{clock, 5'000'000};
    Transcript recorded{"boot\nswap\n", "{\"a\":1}\n"};
    ReplayOptions options;

    ReplayOutcome run() { return Replayer(guest, clock, recorded, options).run(); }
};

TEST(Replayer, SaysTheSameAndStandsAtTheEnd) {
    Replayed replay;
    replay.guest.script.console("boot\n").line("{\"a\":1}").console("swap\n");
    std::vector<std::uint64_t> seen;
    replay.options.progress = [&](std::uint64_t now) { seen.push_back(now); };
    const auto outcome = replay.run();
    EXPECT_TRUE(outcome.same) << outcome.difference;
    EXPECT_EQ(outcome.difference, "");
    EXPECT_EQ(outcome.instructions, 5'000'000U);
    EXPECT_EQ(outcome.said.console, replay.recorded.console);
    EXPECT_TRUE(replay.guest.script.stopped);
    EXPECT_GE(seen.size(), 5U);
    EXPECT_NEAR(outcome.seconds, 5, 2);
}

TEST(Replayer, EndsWhereTheConsoleGoesAnotherWay) {
    Replayed replay;
    replay.guest.script.console("boot\nswop", 0.5).console("never\n", 100);
    const auto outcome = replay.run();
    EXPECT_FALSE(outcome.same);
    EXPECT_LT(outcome.seconds, 2);
    EXPECT_THAT(outcome.difference, HasSubstr("console differs in line 2: 'swop' instead of "
                                              "'swap'"));
}

TEST(Replayer, EndsWhereAMessageIsAnother) {
    Replayed replay;
    replay.guest.script.line("{\"a\":2}");
    const auto outcome = replay.run();
    EXPECT_FALSE(outcome.same);
    EXPECT_THAT(outcome.difference, HasSubstr("channel differs in line 1"));
}

TEST(Replayer, WhatIsMissingAtTheEndDiffers) {
    Replayed replay;
    replay.guest.script.console("boot\n").line("{\"a\":1}");
    const auto outcome = replay.run();
    EXPECT_FALSE(outcome.same);
    EXPECT_THAT(outcome.difference, HasSubstr("line 2: its end instead of 'swap'"));
}

TEST(Replayer, QemuThatEndsBeforeIsNamed) {
    Replayed replay;
    replay.guest.script.console("boot\n").event(MachineEvent::Kind::machine_end, "exit code 1");
    const auto outcome = replay.run();
    EXPECT_FALSE(outcome.same);
    EXPECT_THAT(outcome.difference, HasSubstr("QEMU ended: exit code 1"));
}

TEST(Replayer, NoInstructionForLongIsALostPlace) {
    Replayed replay;
    replay.guest.stands_at_end = false;
    const auto outcome = replay.run();
    EXPECT_FALSE(outcome.same);
    EXPECT_THAT(outcome.difference, HasSubstr("no instruction for 120 s"));
}

TEST(Replayer, EndsAfterTheLastInstructionWhereQemuDoesNotStand) {
    Replayed replay;
    replay.guest.stands_at_end = false;
    replay.options.all = 5'000'000;
    replay.guest.script.console("boot\nswap\n").line("{\"a\":1}");
    const auto outcome = replay.run();
    EXPECT_TRUE(outcome.same) << outcome.difference;
    EXPECT_EQ(outcome.instructions, 5'000'000U);
    EXPECT_NEAR(outcome.seconds, 5, 2);
}

TEST(Replayer, WaitsAfterTheLastInstructionForWhatWasSaid) {
    Replayed replay;
    replay.guest.stands_at_end = false;
    replay.options.all = 5'000'000;
    replay.guest.script.console("boot\n").line("{\"a\":1}").console("swap\n", 20);
    const auto outcome = replay.run();
    EXPECT_TRUE(outcome.same) << outcome.difference;
    EXPECT_GT(outcome.seconds, 19);
}

TEST(Replayer, ADebuggedGuestMayStandStill) {
    Replayed replay;
    replay.options.debugged = true;
    replay.guest.script.console("boot\nswap\n")
        .line("{\"a\":1}")
        .event(MachineEvent::Kind::machine_end, "signal 15 (Terminated)", 900);
    const auto outcome = replay.run();
    EXPECT_TRUE(outcome.same) << outcome.difference;
    EXPECT_GT(outcome.seconds, 900);
}

TEST(FirstDifference, LinesAndEnds) {
    EXPECT_EQ(first_difference("a\nb\n", "a\nb\n"), "");
    EXPECT_EQ(first_difference("a\nbc\nd", "a\nbx\nd"), "line 2: 'bx' instead of 'bc'");
    EXPECT_EQ(first_difference("", "x"), "line 1: 'x' instead of its end");
}

TEST(QemuMonitor, AnswerIsBetweenEchoAndPrompt) {
    EXPECT_EQ(monitor_answer("i\x1b[K\x1b[Dinfo status\x1b[K\r\nVM status: running\r\n(qemu) "),
              "VM status: running");
    EXPECT_EQ(monitor_answer("set_link net on\r\n(qemu) "), "");
    EXPECT_EQ(monitor_answer("info status\r\nVM status: run"), std::nullopt);
    EXPECT_EQ(monitor_answer("info sta"), std::nullopt);
    EXPECT_EQ(replayed_instructions("Recording execution 'a b': instruction count = 4711"), 4711U);
    EXPECT_EQ(replayed_instructions("No record/replay"), std::nullopt);
}

class Recordings : public ::testing::Test {
  protected:
    void SetUp() override {
        for (const auto *name : {"kernel", "image"})
            ASSERT_TRUE(write_file(file(name), name));
        config_.kernel = file("kernel");
        config_.initramfs = file("image");
        recording_.append = "console=ttyS0";
        recording_.mem_mib = 96;
        recording_.nic = "e1000";
        recording_.qemu = "7.2.22";
        recording_.instructions = 12'345'678'901;
        recording_.diagnosis_at = 77;
        recording_.record.arm = "bare";
        recording_.record.verdict = Verdict::hang;
    }
    [[nodiscard]] std::string file(const std::string &name) const {
        return directory_.path() + "/" + name;
    }
    void save() {
        for (const auto *name :
             {Recording::events_name, Recording::console_name, Recording::channel_name})
            ASSERT_TRUE(write_file(file(name), ""));
        const auto image = make_recorded_image(config_.initramfs, "{}\n", directory_.path());
        ASSERT_TRUE(image) << image.error().message;
        auto booted = config_;
        booted.initramfs = *image;
        ASSERT_TRUE(save_recording(recording_, booted, directory_.path()));
    }

    TemporaryDirectory directory_;
    QemuConfig config_;
    Recording recording_;
};

TEST_F(Recordings, ComeBackAsTheyWere) {
    save();
    const auto loaded = load_recording(directory_.path());
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->instructions, recording_.instructions);
    EXPECT_EQ(loaded->diagnosis_at, recording_.diagnosis_at);
    EXPECT_EQ(loaded->record.arm, "bare");
    EXPECT_EQ(loaded->record.verdict, Verdict::hang);
    const auto config = replay_config(*loaded, directory_.path());
    EXPECT_EQ(config.mem_mib, 96);
    EXPECT_EQ(config.nic, "e1000");
    EXPECT_EQ(config.cpus, 1);
    EXPECT_EQ(*read_file(config.kernel), "kernel");
    const auto image = *read_file(config.initramfs);
    const std::string padded("image\0\0\0", 8);
    EXPECT_EQ(image, padded + cpio_archive("netswap.json", "{}\n"));
}

TEST_F(Recordings, WhatIsNoneIsOneClearLine) {
    auto none = load_recording("/no/such");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, exit_bad_input);
    EXPECT_THAT(none.error().message, HasSubstr("/no/such: no such directory"));
    none = load_recording(directory_.path());
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message, HasSubstr("--record"));
    save();
    ASSERT_TRUE(write_file(file("recording.json"), "{\"netswap_recording\": 2}"));
    EXPECT_THAT(load_recording(directory_.path()).error().message, HasSubstr("version 1"));
    ASSERT_TRUE(write_file(file("recording.json"), "[1"));
    EXPECT_THAT(load_recording(directory_.path()).error().message, HasSubstr("recording.json"));
    save();
    drop_recording(directory_.path());
    EXPECT_THAT(load_recording(directory_.path()).error().message,
                HasSubstr("replay.bin is missing"));
}

TEST(Cpio, IsWhatOtherProgramsRead) {
    const TemporaryDirectory directory;
    const auto archive = directory.path() + "/a";
    ASSERT_TRUE(write_file(archive, cpio_archive("netswap.json", "{\"a\":1}\n")));
    const auto command = "cd " + directory.path() + " && cpio -i --quiet <a 2>said";
    ASSERT_EQ(std::system(command.c_str()), 0) << *read_file(directory.path() + "/said");
    EXPECT_EQ(*read_file(directory.path() + "/netswap.json"), "{\"a\":1}\n");
}

} // namespace
} // namespace netswap
