// SPDX-License-Identifier: GPL-2.0
#include "control_group.h"

#include "guest/sysfile.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netswap::guest {

ControlGroup::ControlGroup() {
    ::mkdir(root_.c_str(), 0755);
    there_ = ::mount("none", root_.c_str(), "cgroup2", 0, nullptr) == 0 &&
             write_text(root_ + "/cgroup.subtree_control", "+memory").has_value() &&
             ::mkdir(group_.c_str(), 0755) == 0;
}

ControlGroup::~ControlGroup() {
    ::rmdir(group_.c_str());
    ::umount(root_.c_str());
}

void ControlGroup::enter() const {
    REQUIRE(write_text(group_ + "/cgroup.procs", "0").has_value());
}

void ControlGroup::leave() const {
    REQUIRE(write_text(root_ + "/cgroup.procs", "0").has_value());
}

void ControlGroup::freeze() const {
    const auto used = read_word(group_ + "/memory.current");
    REQUIRE(used.has_value());
    REQUIRE(write_text(group_ + "/memory.max", *used).has_value());
}

std::uint64_t ControlGroup::out_of_memory() const {
    std::istringstream events(read_text(group_ + "/memory.events").value_or(""));
    std::string name;
    std::uint64_t count = 0;
    while (events >> name >> count)
        if (name == "oom")
            return count;
    FAIL("memory.events does not say how often the group was out of memory");
    return 0;
}

bool ControlGroup::reclaim(std::size_t bytes) const {
    return write_text(group_ + "/memory.reclaim", std::to_string(bytes)).has_value();
}

} // namespace netswap::guest
