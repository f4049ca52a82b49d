// SPDX-License-Identifier: GPL-2.0
#include "allocation_trace.h"

#include "guest/sysfile.h"

#include <catch2/catch.hpp>
#include <optional>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace netswap::guest {
namespace {

const std::string instance = "/sys/kernel/debug/tracing/instances/netswap";

void set(const std::string &file, const std::string &value) {
    const auto done = write_text(instance + '/' + file, value);
    INFO((done ? "" : done.error().message));
    REQUIRE(done.has_value());
}

/// What follows `key` up to the next space, or nothing.
std::string word_after(const std::string &line, const std::string &key) {
    const auto begin = line.find(key);
    if (begin == line.npos)
        return {};
    const auto from = begin + key.size();
    return line.substr(from, line.find(' ', from) - from);
}

/// Of a line "   name-with-dashes-123   [000] ...": 123. The kernel cuts and fills the name.
int thread_of(const std::string &line) {
    const auto end = line.find('[');
    const auto dash = line.rfind('-', end);
    return end == line.npos || dash == line.npos ? 0 : std::stoi(line.substr(dash + 1, end));
}

std::optional<Allocation> parse(const std::string &line) {
    auto function = word_after(line, "call_site=");
    if (line.empty() || line[0] == '#' || function.empty())
        return std::nullopt;
    return Allocation{std::move(function), word_after(line, "gfp_flags="), thread_of(line)};
}

} // namespace

bool Allocation::has(const std::string &flag) const {
    return ('|' + flags + '|').find('|' + flag + '|') != std::string::npos;
}

AllocationTrace::AllocationTrace() {
    REQUIRE(::mkdir(instance.c_str(), 0700) == 0);
    set("buffer_size_kb", "512"); // of each CPU
    enable(true);
}

AllocationTrace::~AllocationTrace() {
    CHECK(::rmdir(instance.c_str()) == 0);
}

void AllocationTrace::enable(bool on) const {
    for (const auto *event : {"kmalloc", "kmem_cache_alloc"})
        set(std::string("events/kmem/") + event + "/enable", on ? "1" : "0");
}

std::vector<Allocation> AllocationTrace::taken() {
    enable(false);
    const auto text = read_text(instance + "/trace");
    REQUIRE(text.has_value());
    std::vector<Allocation> all;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);)
        if (auto allocation = parse(line))
            all.push_back(std::move(*allocation));
    return all;
}

} // namespace netswap::guest
