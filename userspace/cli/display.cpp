// SPDX-License-Identifier: GPL-2.0
#include "cli/display.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace netswap::cli {

int terminal_width(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 10)
        return size.ws_col;
    return 80;
}

std::string describe_end(const RunRecord &record) {
    std::string line(to_string(record.verdict));
    if (record.elapsed_s)
        line += fmt::format(" in {:.1f} s", *record.elapsed_s);
    if (!record.message.empty())
        line += fmt::format(" ({})", record.message);
    return line;
}

std::string Display::name(const std::string &arm, const RunParams &params, int run) const {
    return namer_ ? namer_(arm, params, run) : fmt::format("{} {}", arm, run);
}

void Display::started(const RunPlan &plan) {
    if (std::find(arms_.begin(), arms_.end(), plan.arm.name) == arms_.end())
        arms_.push_back(plan.arm.name);
    running_[name(plan.arm.name, plan.params, plan.run)] = "boot";
    draw();
}

void Display::progress(const RunPlan &plan, const RunProgress &progress) {
    auto text = progress.phase;
    if (progress.pswpout > 0)
        text += fmt::format(", {} MiB out", progress.pswpout / 256);
    running_[name(plan.arm.name, plan.params, plan.run)] = std::move(text);
    draw();
}

void Display::finished(const RunRecord &record, const std::vector<TestMessage> &tests) {
    records_.push_back(record);
    tests_.insert(tests_.end(), tests.begin(), tests.end());
    const auto who = name(record.arm, record.params, record.run);
    running_.erase(who);
    clear();
    fmt::print(stderr, "[{}/{}] {}: {}\n", records_.size(), total_, who, describe_end(record));
    if (record.hang)
        for (const auto &line : record.hang->cycle)
            fmt::print(stderr, "        {}\n", line);
    if (on_record_)
        on_record_();
    draw();
}

void Display::clear() {
    if (terminal_)
        fmt::print(stderr, "\r\033[K");
}

void Display::draw() {
    if (!terminal_)
        return;
    std::string line = fmt::format("{}/{}", records_.size(), total_);
    for (const auto &arm : arms_) {
        std::size_t passed = 0, runs = 0;
        for (const auto &record : records_)
            if (record.arm == arm) {
                runs++;
                passed += record.verdict == Verdict::pass;
            }
        line += fmt::format("  {} {}/{}", arm, passed, runs);
    }
    for (const auto &[key, what] : running_)
        line += fmt::format("  [{}: {}]", key, what);
    if (const auto width = static_cast<std::size_t>(terminal_width(STDERR_FILENO));
        line.size() >= width)
        line.resize(width - 1);
    clear();
    fmt::print(stderr, "{}", line);
    std::fflush(stderr);
}

} // namespace netswap::cli
