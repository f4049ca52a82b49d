// SPDX-License-Identifier: GPL-2.0
#include "live/doctor/machine.h"

#include <algorithm>
#include <filesystem>

#include <sys/socket.h>
#include <unistd.h>

#include "lib/text.h"

namespace netswap::live::doctor {

namespace {

namespace fs = std::filesystem;

std::optional<std::string> trimmed(const std::string &file) {
    const auto text = read_file(file);
    return text ? std::optional(std::string(trim(*text))) : std::nullopt;
}

std::vector<Process> read_processes(const Paths &paths) {
    std::vector<Process> all;
    std::error_code none;
    for (const auto &entry : fs::directory_iterator(paths.proc(""), none)) {
        const auto pid = parse_number(entry.path().filename().string());
        const auto name = pid ? trimmed(entry.path() / "comm") : std::nullopt;
        if (!name)
            continue;
        Process process{static_cast<int>(*pid), *name, {}};
        if (const auto line = read_file(entry.path() / "cmdline"))
            for (const auto word : split(*line, '\0'))
                process.arguments.emplace_back(word);
        all.push_back(std::move(process));
    }
    std::sort(all.begin(), all.end(), [](const auto &a, const auto &b) { return a.pid < b.pid; });
    return all;
}

void read_areas(Machine &machine) {
    for (const auto &name : area_names(machine.paths)) {
        auto state = read_area_state(machine.paths, name);
        if (state)
            machine.areas.push_back(std::move(*state));
        else
            machine.broken.push_back({"swap.state", Severity::warning, state.error().message,
                                      "netswapd cannot keep an area whose state it cannot read",
                                      "what the message says"});
    }
}

void add_server(Machine &machine, const std::string &address) {
    if (std::find(machine.servers.begin(), machine.servers.end(), address) == machine.servers.end())
        machine.servers.push_back(address);
}

/// Addresses that nbd's connections lead to, as far as areas and the socket table tell.
void find_servers(Machine &machine) {
    for (const auto &area : machine.areas)
        for (const auto &at : area.addresses)
            if (at.family != AF_UNIX)
                add_server(machine, at.address);
    if (machine.swaps.network.empty())
        return;
    for (const auto &socket : machine.sockets.tcp)
        if (machine.sockets.in_kernel(socket.inode))
            add_server(machine, socket.remote);
}

void add_nic(Machine &machine, const std::string &interface, int depth = 0) {
    const auto base = machine.paths.sys("class/net/" + interface);
    std::error_code none;
    for (const auto &nic : machine.nics)
        if (nic.interface == interface)
            return;
    // Bonds, bridges and VLANs: the cards below decide.
    bool stacked = false;
    for (const auto &entry : fs::directory_iterator(base, none)) {
        const auto name = entry.path().filename().string();
        if (name.compare(0, 6, "lower_") != 0 || depth > 4)
            continue;
        stacked = true;
        add_nic(machine, name.substr(6), depth + 1);
    }
    if (stacked || !fs::exists(base, none))
        return;
    Nic nic;
    nic.interface = interface;
    const auto driver = fs::read_symlink(base + "/device/driver", none);
    nic.driver = none ? "" : driver.filename().string();
    nic.mtu = static_cast<int>(parse_number(trimmed(base + "/mtu").value_or("")).value_or(0));
    for (const auto &queue : fs::directory_iterator(base + "/queues", none))
        nic.rx_queues += queue.path().filename().string().compare(0, 3, "rx-") == 0;
    machine.nics.push_back(std::move(nic));
}

void find_nics(Machine &machine) {
    for (const auto &server : machine.servers)
        if (const auto route = machine.outside.route_to(server)) {
            machine.routes.push_back(*route);
            if (route->interface != "lo" && !route->interface.empty())
                add_nic(machine, route->interface);
        }
    if (!machine.servers.empty())
        return;
    std::error_code none;
    for (const auto &entry : fs::directory_iterator(machine.paths.sys("class/net"), none))
        if (fs::exists(entry.path() / "device", none))
            add_nic(machine, entry.path().filename());
}

} // namespace

bool Machine::module_loaded(const std::string &name) const {
    std::error_code none;
    return fs::exists(paths.sys("module/" + name), none);
}

std::optional<std::string> Machine::sys(const std::string &path) const {
    return trimmed(paths.sys(path));
}

std::optional<std::string> Machine::proc(const std::string &path) const {
    return trimmed(paths.proc(path));
}

std::optional<std::int64_t> Machine::sysctl(const std::string &path) const {
    const auto text = proc("sys/" + path);
    return text ? parse_number(*text) : std::nullopt;
}

std::string Machine::answerer(const std::string &group) const {
    return sys("kernel/memreserve/" + group).value_or("");
}

const AreaState *Machine::area_of(const std::string &device) const {
    for (const auto &area : areas)
        if (area.device == "/dev/" + device)
            return &area;
    return nullptr;
}

bool Machine::own_address(const std::string &address) const {
    const auto own = outside.own_addresses();
    return address.compare(0, 4, "127.") == 0 || address == "::1" ||
           std::find(own.begin(), own.end(), address) != own.end();
}

Result<Machine> examine(const Paths &paths, Outside &outside, const std::string &server) {
    Machine machine(paths, outside);
    const auto release = machine.proc("sys/kernel/osrelease");
    if (!release)
        return fail(paths.proc("sys/kernel/osrelease") + " cannot be read: mount /proc", exit_host);
    machine.release = *release;
    machine.hooked = machine.sys("kernel/memreserve/policy").has_value();
    machine.pages_kb = static_cast<int>(::sysconf(_SC_PAGESIZE) / 1024);
    machine.cpus = 0;
    std::error_code none;
    for (const auto &entry : fs::directory_iterator(paths.sys("devices/system/cpu"), none)) {
        const auto name = entry.path().filename().string();
        machine.cpus += name.compare(0, 3, "cpu") == 0 && parse_number(name.substr(3)).has_value();
    }
    machine.cpus = std::max(machine.cpus, 1);
    machine.flusher_flags = outside.flusher_flags();
    machine.swaps = survey_swaps(paths);
    machine.sockets = read_sockets(paths);
    machine.processes = read_processes(paths);
    read_areas(machine);
    if (!server.empty()) {
        auto route = outside.route_to(server);
        if (!route)
            return tl::unexpected(with_context(route.error(), "--server").value());
        add_server(machine, route->address);
    }
    find_servers(machine);
    find_nics(machine);
    return machine;
}

} // namespace netswap::live::doctor
