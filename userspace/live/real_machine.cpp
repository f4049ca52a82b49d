// SPDX-License-Identifier: GPL-2.0
#include "live/real_machine.h"

#include <cerrno>
#include <ctime>
#include <filesystem>

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/text.h"
#include "live/area_lock.h"
#include "live/keeper_control.h"
#include "live/nbd_control.h"
#include "live/programs.h"
#include "live/swap_device.h"

namespace netswap::live {

namespace {

constexpr double size_limit_s = 10;
constexpr double program_limit_s = 60;
constexpr const char *helpers_file = "modules";

bool has_capability(int which) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
    return ::syscall(SYS_capget, &header, data) == 0 &&
           (data[which / 32].effective >> (which % 32) & 1) != 0;
}

/// In another user namespace root has all capabilities, and none of the ones that count.
bool in_initial_namespace(const Paths &paths) {
    const auto map = read_file(paths.proc("self/uid_map"));
    return !map || map->find("4294967295") != std::string::npos;
}

} // namespace

Status RealMachine::check_privilege() {
    std::string missing;
    const auto need = [&](int which, const char *name) {
        if (!has_capability(which))
            missing += fmt::format("{}{}", missing.empty() ? "" : ", ", name);
    };
    need(CAP_SYS_ADMIN, "CAP_SYS_ADMIN (nbd, swapon)");
    need(CAP_NET_ADMIN, "CAP_NET_ADMIN (marks)");
    if (!missing.empty())
        return fail(fmt::format("not permitted: {} missing; run as root", missing), exit_host);
    if (!in_initial_namespace(paths_))
        return fail("not permitted: this is a user namespace, swap belongs to the whole machine; "
                    "run as root outside of it",
                    exit_host);
    return {};
}

bool RealMachine::hooked() {
    std::error_code none;
    return std::filesystem::exists(paths_.sys("kernel/memreserve/policy"), none);
}

bool RealMachine::module_loaded(const std::string &name) {
    std::error_code none;
    return std::filesystem::exists(paths_.sys("module/" + name), none);
}

Status RealMachine::load_module(const std::string &name) {
    return run_program({"modprobe", name}, program_limit_s);
}

Status RealMachine::unload_module(const std::string &name) {
    if (!module_loaded(name))
        return {};
    return run_program({"modprobe", "-r", name}, program_limit_s);
}

std::vector<std::string> RealMachine::loaded_helpers() {
    std::vector<std::string> names;
    if (const auto text = read_file(paths_.run(helpers_file)))
        for (const auto line : split(*text, '\n'))
            if (!line.empty())
                names.emplace_back(line);
    return names;
}

Status RealMachine::note_helpers(const std::vector<std::string> &names) {
    const auto file = paths_.run(helpers_file);
    if (!names.empty())
        return write_file(file, join(names, "\n") + "\n");
    if (::unlink(file.c_str()) != 0 && errno != ENOENT)
        return tl::unexpected(errno_error(file, errno));
    return {};
}

bool RealMachine::has_nbd() {
    return nbd_family_there();
}

Result<int> RealMachine::connect_device(const DeviceOrder &order) {
    return nbd_connect(order);
}

Status RealMachine::disconnect_device(int index) {
    return nbd_disconnect(index);
}

std::string RealMachine::backend_of(int index) {
    const auto text = read_file(paths_.sys(fmt::format("block/nbd{}/backend", index)));
    return text ? std::string(trim(*text)) : "";
}

bool RealMachine::device_removed(int index, const std::string &backend) {
    return nbd_removed(index, backend);
}

int RealMachine::device_with(const std::string &backend) {
    std::error_code none;
    for (const auto &entry : std::filesystem::directory_iterator(paths_.sys("block"), none)) {
        const auto name = entry.path().filename().string();
        const auto index =
            name.starts_with("nbd") ? parse_number(std::string_view(name).substr(3)) : std::nullopt;
        if (index && backend_of(static_cast<int>(*index)) == backend)
            return static_cast<int>(*index);
    }
    return -1;
}

Result<int> RealMachine::free_device() {
    int index = 0;
    std::error_code none;
    const auto there = [&](const std::string &file) {
        return std::filesystem::exists(paths_.sys(fmt::format("block/nbd{}{}", index, file)), none);
    };
    while (there("/pid")) // one that is connected has a pid
        ++index;
    if (!there(""))
        return fail("every nbd device is in use");
    return index;
}

Status RealMachine::run_nbd_client(const AreaSpec &, const AreaState &state) {
    const auto &server = state.addresses.front();
    std::vector<std::string> words{"nbd-client"};
    if (server.port == 0)
        words.insert(words.end(), {"-unix", server.address});
    else
        words.insert(words.end(), {server.address, fmt::format("{}", server.port)});
    words.insert(words.end(), {state.device, "-N", state.export_name, "-b", "4096", "-C",
                               fmt::format("{}", state.conns), "-swap", "-timeout",
                               fmt::format("{}", state.timeout_s)});
    return run_program(words, program_limit_s);
}

Result<std::uint64_t> RealMachine::device_bytes(const std::string &device) {
    return block_device_bytes(device, size_limit_s);
}

Result<DeviceContent> RealMachine::device_content(const std::string &device) {
    return probe_device(device);
}

Result<std::string> RealMachine::swap_uuid(const std::string &device) {
    return read_uuid(device);
}

std::string RealMachine::new_uuid() {
    return live::new_uuid();
}

Status RealMachine::write_swap_header(const AreaState &state) {
    return write_header(state.device, state.swap_bytes, state.uuid);
}

Status RealMachine::swap_on(const std::string &device, std::optional<int> prio) {
    return live::swap_on(device, prio);
}

Status RealMachine::swap_off(const std::string &device) {
    return live::swap_off(device);
}

Result<std::vector<SwapEntry>> RealMachine::swaps() {
    return read_swaps(paths_);
}

Result<MemoryLevel> RealMachine::memory() {
    return read_memory(paths_);
}

Result<Fd> RealMachine::lock_areas() {
    return lock_all_areas(paths_);
}

Result<Fd> RealMachine::lock_headers() {
    return live::lock_headers(paths_);
}

Result<std::vector<AreaState>> RealMachine::areas() {
    return all_areas(paths_);
}

Status RealMachine::write_part(const AreaState &state) {
    return write_area_part(paths_, state);
}

Status RealMachine::write_state(const AreaState &state, const std::vector<std::uint16_t> &ports) {
    // The state last: with it the area is up.
    if (can_be_kept(state))
        if (auto ok = make_live_page(paths_, state.name, ports); !ok)
            return ok;
    return write_area_state(paths_, state);
}

void RealMachine::remove_state(const std::string &name) {
    remove_area_state(paths_, name);
}

Status RealMachine::start_keeper(const std::string &name) {
    return live::start_keeper(name);
}

Status RealMachine::stop_keeper(const std::string &name) {
    return live::stop_keeper(paths_, name);
}

std::int64_t RealMachine::unix_time() {
    return ::time(nullptr);
}

} // namespace netswap::live
