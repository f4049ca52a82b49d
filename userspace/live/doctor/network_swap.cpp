// SPDX-License-Identifier: GPL-2.0
#include "live/doctor/network_swap.h"

#include <filesystem>

#include "lib/proc_parse.h"
#include "lib/text.h"

namespace netswap::live::doctor {

namespace {

namespace fs = std::filesystem;

constexpr int deepest = 8; ///< layers; more is a loop

struct Mount {
    std::string point, type, options, source;
};

/// The mount that holds `file`: the last one with the longest path.
std::optional<Mount> mount_of(const Paths &paths, const std::string &file) {
    const auto text = read_file(paths.proc("self/mounts"));
    std::optional<Mount> best;
    if (!text)
        return best;
    for (const auto line : split(*text, '\n')) {
        const auto fields = proc_words(line);
        if (fields.size() < 4)
            continue;
        const auto point = proc_unescape(fields[1]);
        const bool inside =
            point == "/" || (file.compare(0, point.size(), point) == 0 &&
                             (file.size() == point.size() || file[point.size()] == '/'));
        if (inside && (!best || point.size() >= best->point.size()))
            best = Mount{point, std::string(fields[2]), std::string(fields[3]),
                         proc_unescape(fields[0])};
    }
    return best;
}

bool starts(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}

class Survey {
  public:
    Survey(const Paths &paths, std::vector<NetworkSwap> &out) : paths_(paths), out_(out) {}

    void file(NetworkSwap area, const std::string &path, int depth = 0) {
        const auto mount = mount_of(paths_, path);
        if (!mount || depth > deepest)
            return;
        if (starts(mount->type, "nfs"))
            return add(area, Transport::nfs, mount->point, mount->options);
        if (mount->type == "cifs" || mount->type == "smb3" || mount->type == "ceph" ||
            mount->type == "9p" || starts(mount->type, "fuse."))
            return add(area, Transport::other, mount->point, mount->type);
        if (starts(mount->source, "/dev/"))
            device(area, resolve(mount->source), depth + 1);
    }

    void device(NetworkSwap area, std::string name, int depth = 0) {
        std::error_code none;
        const auto path = fs::read_symlink(paths_.sys("class/block/" + name), none).string();
        // A partition's directory is below its disk's.
        if (fs::exists(paths_.sys("class/block/" + name + "/partition"), none))
            name = fs::path(path).parent_path().filename();
        if (starts(name, "nbd"))
            return add(area, Transport::nbd, name, "");
        if (starts(name, "rbd"))
            return add(area, Transport::rbd, name, "");
        if (starts(name, "drbd"))
            return add(area, Transport::drbd, name, "");
        if (starts(name, "ublkb"))
            return add(area, Transport::ublk, name, "");
        if (path.find("/session") != std::string::npos)
            return add(area, Transport::iscsi, name, path);
        if (const auto controller = fabrics_controller(path); !controller.empty())
            return add(area, Transport::nvme_fabrics, name, controller);
        if (depth > deepest)
            return;
        area.through.push_back(name);
        if (const auto backing = read_file(paths_.sys("block/" + name + "/loop/backing_file")))
            return file(area, std::string(trim(*backing)), depth + 1);
        for (const auto &slave :
             fs::directory_iterator(paths_.sys("block/" + name + "/slaves"), none))
            device(area, slave.path().filename(), depth + 1);
    }

    /// "/dev/mapper/x" is a link to "../dm-0".
    std::string resolve(const std::string &device) const {
        std::error_code none;
        const auto target = fs::read_symlink(paths_.root(device), none);
        return (none ? fs::path(device) : target).filename();
    }

  private:
    /// "nvme0" of a name space that is not on PCIe, else empty. With multipath its directory is
    /// below the subsystem, whatever the transport.
    [[nodiscard]] std::string fabrics_controller(const fs::path &path) const {
        for (const auto &part : path) {
            const auto name = part.string();
            if (!starts(name, "nvme") || name == path.filename())
                continue;
            std::vector<std::string> controllers{name};
            std::error_code none;
            if (starts(name, "nvme-subsys"))
                for (const auto &entry :
                     fs::directory_iterator(paths_.sys("class/nvme-subsystem/" + name), none))
                    controllers.push_back(entry.path().filename());
            for (const auto &controller : controllers) {
                const auto kind = read_file(paths_.sys("class/nvme/" + controller + "/transport"));
                if (kind && trim(*kind) != "pcie" && trim(*kind) != "loop")
                    return controller;
            }
        }
        return {};
    }

    void add(NetworkSwap area, Transport transport, std::string device, std::string detail) {
        area.transport = transport;
        area.device = std::move(device);
        area.detail = std::move(detail);
        out_.push_back(std::move(area));
    }

    const Paths &paths_;
    std::vector<NetworkSwap> &out_;
};

} // namespace

const char *to_string(Transport transport) {
    switch (transport) {
    case Transport::nbd:
        return "nbd";
    case Transport::iscsi:
        return "iscsi";
    case Transport::nvme_fabrics:
        return "nvme";
    case Transport::nfs:
        return "nfs";
    case Transport::rbd:
        return "rbd";
    case Transport::drbd:
        return "drbd";
    case Transport::ublk:
        return "ublk";
    case Transport::other:
        break;
    }
    return "other";
}

SwapSurvey survey_swaps(const Paths &paths) {
    SwapSurvey survey;
    const auto text = read_file(paths.proc("swaps"));
    if (!text)
        return survey;
    Survey look(paths, survey.network);
    for (const auto line : split(*text, '\n')) {
        const auto fields = proc_words(line);
        if (fields.size() < 5 || fields[0] == "Filename")
            continue;
        ++survey.active;
        NetworkSwap area;
        area.name = proc_unescape(fields[0]);
        if (fields[1] == "file")
            look.file(area, area.name);
        else
            look.device(area, look.resolve(area.name));
    }
    return survey;
}

} // namespace netswap::live::doctor
