// SPDX-License-Identifier: GPL-2.0
#include "guest/kunit_run.h"

#include "guest/kmsg.h"
#include "guest/modules.h"
#include "guest/process.h"
#include "guest/sysfile.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace netswap::guest {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr const char *results_dir = "/sys/kernel/debug/kunit";
constexpr std::string_view suite_suffix = "_kunit";
// Modules run their suites while they load. A suite that needs longer is stuck.
constexpr auto suite_limit = 120s;

std::set<std::string> suites_shown() {
    std::set<std::string> names;
    std::error_code none;
    for (const auto &entry : fs::directory_iterator(results_dir, none))
        names.insert(entry.path().filename());
    return names;
}

/// The log shows a message of several lines as one, with the line ends escaped.
void append_message(std::string &log, std::string_view line) {
    constexpr std::string_view escaped_end = "\\x0a";
    for (std::size_t at; (at = line.find(escaped_end)) != std::string_view::npos;) {
        log.append(line.substr(0, at)).push_back('\n');
        line.remove_prefix(at + escaped_end.size());
    }
    log.append(line).push_back('\n');
}

/// What <name>_kunit tests, without asking for its symbols: <name>, if the image has it.
void load_subject(const std::string &suite, std::vector<std::string> &loaded) {
    const auto subject = suite.substr(0, suite.size() - suite_suffix.size());
    if (image_has(subject) && !module_is_loaded(subject))
        (void)load_with_dependencies(subject, loaded); // the suite will miss it and say so
}

/// Loads `name` in a child with a time limit; the text says what went wrong.
std::string load_in_time(const std::string &name) {
    auto child = Child::call([&](int pipe) {
        std::vector<std::string> loaded;
        load_subject(name, loaded);
        const auto done = load_with_dependencies(name, loaded);
        if (!done)
            ::dprintf(pipe, "%s\n", done.error().message.c_str());
        return done ? 0 : 1;
    });
    if (!child)
        return child.error().message;
    std::string said;
    const auto end = child->follow(suite_limit, [&](std::string_view line) { said = line; });
    if (end.ok())
        return {};
    return said.empty() ? "loading it: " + end.describe() : said;
}

std::string results_of_new_suites(const std::set<std::string> &before) {
    std::string text;
    for (const auto &suite : suites_shown())
        if (!before.contains(suite))
            text += read_text(std::string(results_dir) + "/" + suite + "/results").value_or("");
    return text;
}

void run_module(TestTally &tally, Kmsg &kmsg, const std::string &name) {
    const auto before = suites_shown();
    const auto loaded_before = loaded_modules();
    std::string log;
    std::string fault;
    const auto error = load_in_time(name);
    kmsg.drain([&](std::string_view line) {
        append_message(log, line);
        if (fault.empty() && is_kernel_fault(line))
            fault = line;
    });
    auto results = parse_ktap(results_of_new_suites(before));
    if (results.empty())
        results = parse_ktap(log);
    for (const auto &result : results)
        tally.add(result);
    if (!error.empty())
        tally.fail(name, "(load)", error);
    else if (results.empty())
        tally.fail(name, "(results)", "the module reported no test");
    if (!fault.empty())
        tally.fail(name, "(kernel log)", fault);

    // Newest first: a module goes before what it needs. kunit itself stays.
    auto now = loaded_modules();
    for (auto it = now.rbegin(); it != now.rend(); ++it)
        if (*it != "kunit" &&
            std::find(loaded_before.begin(), loaded_before.end(), *it) == loaded_before.end())
            if (const auto gone = unload_module(*it); !gone)
                tally.fail(name, "(unload)", gone.error().message);
}

} // namespace

void run_kunit(TestTally &tally) {
    std::vector<std::string> suites;
    for (const auto &name : image_modules())
        if (name.ends_with(suite_suffix))
            suites.push_back(name);
    if (suites.empty())
        return;
    auto kmsg = Kmsg::open_at_end();
    if (!kmsg)
        return tally.fail("kunit", "(log)", kmsg.error().message);
    // enable=1: distributors build KUnit so that it runs nothing by default.
    if (!module_is_loaded("kunit"))
        if (const auto loaded = load_module("kunit", "enable=1"); !loaded)
            return tally.fail("kunit", "(load)", loaded.error().message);
    for (const auto &name : suites)
        run_module(tally, *kmsg, name);
}

} // namespace netswap::guest
