// SPDX-License-Identifier: GPL-2.0
#include "guest/failing_allocations.h"

#include "guest/sysfile.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <utility>

namespace netswap::guest {
namespace {

constexpr std::uint64_t percent = 20;
constexpr std::uint64_t most = 1'000'000; ///< in one fault; counted down by the kernel
constexpr std::array<const char *, 2> facilities{"failslab", "fail_page_alloc"};
/// By path: the softirq that takes packets from cards; nbd's way to the server.
constexpr std::array<const char *, 2> below{"net_rx_action", "nbd_queue_rq"};

Result<Fd> open_file(const std::string &path) {
    Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!file.valid())
        return os_error("opening " + path);
    return file;
}

} // namespace

std::optional<TextRange> find_function(std::string_view kallsyms, std::string_view name) {
    std::optional<std::uint64_t> start;
    while (!kallsyms.empty()) {
        const auto line_end = std::min(kallsyms.find('\n'), kallsyms.size());
        const auto line = kallsyms.substr(0, line_end);
        kallsyms.remove_prefix(std::min(line_end + 1, kallsyms.size()));
        std::uint64_t address = 0;
        const auto [rest, error] =
            std::from_chars(line.data(), line.data() + line.size(), address, 16);
        // "ffffffff81000000 T name", and of a module "... t name\t[module]"
        const auto word = line.substr(static_cast<std::size_t>(rest - line.data()));
        if (error != std::errc{} || word.size() < 4)
            continue;
        if (start && address > *start)
            return TextRange{*start, address};
        if (!start && word.substr(3) == name)
            start = address;
    }
    return std::nullopt;
}

Result<FailingAllocations::Knobs> FailingAllocations::open_knobs(const std::string &directory) {
    Knobs knobs;
    knobs.count_path = directory + "/times";
    // All of them count, without a stack trace in the log.
    for (const auto &[name, value] : {std::pair{"probability", "0"},
                                      {"interval", "1"},
                                      {"space", "0"},
                                      {"verbose", "0"},
                                      {"task-filter", "0"},
                                      {"stacktrace-depth", "32"}})
        if (auto done = write_text(directory + "/" + name, value); !done)
            return tl::unexpected(done.error());
    for (const auto &[file, name] : {std::pair{&knobs.probability, "probability"},
                                     {&knobs.times, "times"},
                                     {&knobs.count, "times"},
                                     {&knobs.ignore_waiting, "ignore-gfp-wait"},
                                     {&knobs.require_start, "require-start"},
                                     {&knobs.require_end, "require-end"}}) {
        auto opened = open_file(directory + "/" + name);
        if (!opened)
            return tl::unexpected(opened.error());
        *file = std::move(*opened);
    }
    return knobs;
}

Result<FailingAllocations> FailingAllocations::open(const std::string &debugfs,
                                                    const std::string &symbols) {
    FailingAllocations failing;
    for (std::size_t i = 0; i < facilities.size(); ++i) {
        auto knobs = open_knobs(debugfs + "/" + facilities[i]);
        if (!knobs)
            return with_context(knobs.error(), "this kernel cannot make allocations fail");
        failing.knobs_[i] = std::move(*knobs);
    }
    // The kernel itself leaves single pages alone.
    if (auto done = write_text(debugfs + "/" + facilities[1] + "/min-order", "0"); !done)
        return tl::unexpected(done.error());
    const auto text = read_text(symbols);
    if (!text)
        return tl::unexpected(text.error());
    for (std::size_t i = 0; i < below.size(); ++i) {
        const auto range = find_function(*text, below[i]);
        if (!range || range->start == 0)
            return fail(std::string("no address of ") + below[i] + " in " + symbols);
        failing.functions_[i] = *range;
    }
    return failing;
}

void FailingAllocations::set(const Fd &file, std::uint64_t value) {
    char text[32];
    const int size = std::snprintf(text, sizeof text, "%" PRIu64, value);
    // Files of debugfs have no place to write to, and take the value whole.
    if (::write(file.get(), text, static_cast<std::size_t>(size)) != size && write_error_ == 0)
        write_error_ = errno;
}

void FailingAllocations::begin(Path path) {
    const auto &function = functions_[static_cast<std::size_t>(path)];
    for (const auto &knobs : knobs_) {
        set(knobs.require_start, function.start);
        set(knobs.require_end, function.end);
        // Softirqs never wait; nbd's allocations may.
        set(knobs.ignore_waiting, path == Path::receive ? 1 : 0);
        set(knobs.times, most);
        set(knobs.probability, percent);
    }
}

Result<std::uint64_t> FailingAllocations::end() {
    std::uint64_t failed = 0;
    for (const auto &knobs : knobs_)
        set(knobs.probability, 0);
    for (auto &knobs : knobs_) {
        char text[32] = {};
        if (::read(knobs.count.get(), text, sizeof text - 1) <= 0)
            return os_error("reading how many allocations failed");
        failed += most - std::strtoull(text, nullptr, 10);
        // Each descriptor reads its value once.
        auto next = open_file(knobs.count_path);
        if (!next)
            return tl::unexpected(next.error());
        knobs.count = std::move(*next);
    }
    if (write_error_ != 0) {
        errno = write_error_;
        return os_error("making allocations fail");
    }
    return failed;
}

} // namespace netswap::guest
