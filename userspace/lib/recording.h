// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/qemu_command.h"
#include "lib/record.h"
#include "lib/result.h"

namespace netswap {

/// A run that can be made again: its log directory has the kernel, the guest's image, what reached
/// the guest from outside (replay.bin), what it said, and this, as recording.json.
struct Recording {
    static constexpr const char *events_name = "replay.bin";
    static constexpr const char *console_name = "console.log";
    static constexpr const char *channel_name = "channel.jsonl";

    std::string append; ///< kernel command line
    std::int64_t mem_mib = 0;
    std::string nic;
    std::string qemu;                        ///< version
    std::string vmlinux;                     ///< for gdb; where it was then, "" if it was not found
    std::uint64_t instructions = 0;          ///< until the run was ended; 0: not known
    std::optional<std::size_t> diagnosis_at; ///< where in the console the answers to sysrq begin
    RunRecord record;

    bool operator==(const Recording &) const = default;
};

/// The guest's image with the line that configures it, in the directory of the recording; the path
/// of it. Such a guest needs no word from outside before it begins.
Result<std::string> make_recorded_image(const std::string &image, std::string_view config_line,
                                        const std::string &directory);

/// The text of recording.json.
std::string recording_json(const Recording &recording);

/// Writes it and puts the kernel beside it. The image of `config` is there already.
Status save_recording(const Recording &recording, const QemuConfig &config,
                      const std::string &directory);

/// The text of recording.json; `where` begins each error.
Result<Recording> parse_recording(std::string_view text, const std::string &where);

/// The recording in a log directory. Bad input if there is none, or if it is not whole.
Result<Recording> load_recording(const std::string &directory);

/// The machine that makes the run again; without descriptors.
QemuConfig replay_config(const Recording &recording, const std::string &directory);

/// Takes back, image and all, what a run that nobody wants again has recorded.
void drop_recording(const std::string &directory);

} // namespace netswap
