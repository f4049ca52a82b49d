// SPDX-License-Identifier: GPL-2.0
#include "lib/recording.h"

#include <filesystem>

#include <fmt/format.h>

#include "lib/cpio.h"
#include "lib/guest_message.h"
#include "lib/json_field.h"
#include "lib/text.h"

namespace netswap {

namespace {

namespace fs = std::filesystem;

constexpr const char *facts_name = "recording.json";
constexpr const char *kernel_name = "bzImage";
constexpr const char *image_name = "initramfs.cpio.gz";
constexpr int version = 1;

Status copy_into(const std::string &file, const std::string &directory, const char *name) {
    std::error_code error;
    fs::copy_file(file, directory + "/" + name, fs::copy_options::overwrite_existing, error);
    if (error)
        return fail(fmt::format("cannot copy {} to {}: {}", file, directory, error.message()),
                    exit_host);
    return {};
}

nlohmann::json to_json(const Recording &r) {
    return {{"netswap_recording", version},
            {"append", r.append},
            {"mem_mib", r.mem_mib},
            {"nic", r.nic},
            {"qemu", r.qemu},
            {"vmlinux", r.vmlinux},
            {"instructions", r.instructions},
            {"diagnosis_at", json_field::or_null(r.diagnosis_at)},
            {"record", r.record}};
}

Recording from_json(const nlohmann::json &json) {
    using json_field::read;
    Recording r;
    read(json, "append", r.append);
    read(json, "mem_mib", r.mem_mib);
    read(json, "nic", r.nic);
    read(json, "qemu", r.qemu);
    read(json, "vmlinux", r.vmlinux);
    read(json, "instructions", r.instructions);
    read(json, "diagnosis_at", r.diagnosis_at);
    read(json, "record", r.record);
    return r;
}

} // namespace

Result<std::string> make_recorded_image(const std::string &image, std::string_view config_line,
                                        const std::string &directory) {
    auto content = read_file(image);
    if (!content)
        return tl::unexpected(content.error());
    content->resize((content->size() + 3) / 4 * 4);
    *content += cpio_archive(guest_config_name, config_line);
    const auto path = directory + "/" + image_name;
    if (auto ok = write_file(path, *content); !ok)
        return tl::unexpected(ok.error());
    return path;
}

std::string recording_json(const Recording &recording) {
    return to_json(recording).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Status save_recording(const Recording &recording, const QemuConfig &config,
                      const std::string &directory) {
    if (auto ok = copy_into(config.kernel, directory, kernel_name); !ok)
        return ok;
    return write_file(directory + "/" + facts_name, recording_json(recording));
}

Result<Recording> parse_recording(std::string_view text, const std::string &where) {
    const auto refuse = [&](const std::string &why) {
        return fail(fmt::format("{}: {}", where, why), exit_bad_input);
    };
    try {
        const auto json = nlohmann::json::parse(text);
        if (json_field::value(json, "netswap_recording", 0) != version)
            return refuse(fmt::format("{} is no recording of version {}", facts_name, version));
        return from_json(json);
    } catch (const nlohmann::json::exception &error) {
        return refuse(fmt::format("{}: {}", facts_name, error.what()));
    }
}

Result<Recording> load_recording(const std::string &directory) {
    const auto refuse = [&](const std::string &why) {
        return fail(fmt::format("{}: {}", directory, why), exit_bad_input);
    };
    std::error_code ignored;
    if (!fs::is_directory(directory, ignored))
        return refuse("no such directory; give the log directory of a run of 'netswap storm "
                      "--record'");
    const auto text = read_file(directory + "/" + facts_name);
    if (!text)
        return refuse(fmt::format("no recording: {} is missing; 'netswap storm --record' makes "
                                  "one of each run that does not pass",
                                  facts_name));
    for (const auto *name : {Recording::events_name, Recording::console_name,
                             Recording::channel_name, kernel_name, image_name})
        if (!fs::exists(directory + "/" + name, ignored))
            return refuse(fmt::format("the recording is not whole: {} is missing", name));
    return parse_recording(*text, directory);
}

QemuConfig replay_config(const Recording &recording, const std::string &directory) {
    QemuConfig config;
    config.replay.mode = ReplayConfig::Mode::replay;
    config.replay.file = directory + "/" + Recording::events_name;
    config.kernel = directory + "/" + kernel_name;
    config.initramfs = directory + "/" + image_name;
    config.append = recording.append;
    config.mem_mib = recording.mem_mib;
    config.nic = recording.nic;
    config.cpus = 1;
    return config;
}

void drop_recording(const std::string &directory) {
    std::error_code ignored;
    for (const auto *name : {Recording::events_name, image_name})
        fs::remove(directory + "/" + name, ignored);
}

} // namespace netswap
