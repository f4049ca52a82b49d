// SPDX-License-Identifier: GPL-2.0
#include "lib/storm_setting.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "lib/text.h"

namespace netswap {

namespace {

template <typename Number>
Status read_number(Number &field, const std::string &text) {
    Number value{};
    const auto *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error != std::errc{} || end != last)
        return fail(fmt::format("'{}' is no number", text), exit_bad_input);
    field = value;
    return {};
}

Status read_text(std::string &field, const std::string &text) {
    field = text;
    return {};
}

Status read_text(std::vector<std::string> &field, const std::string &text) {
    field.push_back(text);
    return {};
}

Status read_text(int &field, const std::string &text) {
    return read_number(field, text);
}

template <typename Number>
Status read_text(std::optional<Number> &field, const std::string &text) {
    Number value{};
    if (auto ok = read_number(value, text); !ok)
        return ok;
    field = value;
    return {};
}

std::vector<std::string> texts_of(const std::string &field) {
    return field.empty() ? std::vector<std::string>{} : std::vector{field};
}

std::vector<std::string> texts_of(const std::vector<std::string> &field) {
    return field;
}

std::vector<std::string> texts_of(int field) {
    return {fmt::format("{}", field)};
}

template <typename Number>
std::vector<std::string> texts_of(const std::optional<Number> &field) {
    return field ? std::vector{fmt::format("{}", *field)} : std::vector<std::string>{};
}

template <auto Member>
StormSetting setting(std::string_view name, bool told = false) {
    using Field = std::remove_cvref_t<decltype(StormArguments{}.*Member)>;
    return {name,
            told,
            std::is_same_v<Field, std::vector<std::string>>,
            [](StormArguments &a, const std::string &text) { return read_text(a.*Member, text); },
            [](const StormArguments &a) { return texts_of(a.*Member); },
            [](const StormArguments &from, StormArguments &to) { to.*Member = from.*Member; }};
}

std::vector<StormSetting> make_settings() {
    using A = StormArguments;
    return {
        setting<&A::kernel>("kernel", true),
        setting<&A::mem>("mem", true),
        setting<&A::cpus>("cpus", true),
        setting<&A::nic>("nic", true),
        setting<&A::transport>("transport", true),
        setting<&A::conns>("conns", true),
        setting<&A::min_free>("min-free"),
        setting<&A::passes>("passes", true),
        setting<&A::churn>("churn"),
        setting<&A::setup>("setup"),
        setting<&A::io_timeout_s>("io-timeout"),
        setting<&A::faults>("faults"),
        setting<&A::hostile>("hostile"),
        setting<&A::module_params>("module-param"),
        setting<&A::sysctls>("sysctl"),
        setting<&A::server>("server"),
        setting<&A::swap>("swap"),
        setting<&A::map>("map"),
        setting<&A::workers>("workers"),
        setting<&A::hang_after_s>("hang-after"),
        setting<&A::timeout_s>("timeout"),
    };
}

/// The --kernel that gives a run its flavour: a stock arm boots the twin of the kernel named.
std::string kernel_of(const RunRecord &record) {
    constexpr std::string_view suffix = "-stock";
    auto kernel = record.params.kernel;
    if (record.arm.starts_with("stock") && kernel.ends_with(suffix))
        kernel.resize(kernel.size() - suffix.size());
    return kernel;
}

std::string size_text(std::int64_t number, char unit) {
    return number > 0 ? fmt::format("{}{}", number, unit) : "";
}

/// Without those that come with the arm's name.
std::map<std::string, std::string> own_module_params(const RunRecord &record) {
    auto own = record.params.module_params;
    const auto arm = parse_arm(record.arm);
    if (!arm)
        return own;
    for (const auto &[module, values] : arm->params)
        if (const auto it = own.find(module); it != own.end() && it->second.ends_with(values)) {
            it->second.resize(it->second.size() - values.size());
            if (trim(it->second).empty())
                own.erase(it);
            else
                it->second = std::string(trim(it->second));
        }
    return own;
}

/// Takes back each setting without which the plan is the same.
void leave_out_defaults(StormArguments &arguments) {
    const auto plan = plan_storm(arguments);
    if (!plan)
        return;
    for (const auto &setting : storm_settings()) {
        auto without = arguments;
        setting.copy(StormArguments{}, without);
        if (const auto same = plan_storm(without); same && same->params == plan->params)
            arguments = std::move(without);
    }
}

} // namespace

const std::vector<StormSetting> &storm_settings() {
    static const auto settings = make_settings();
    return settings;
}

const StormSetting *find_storm_setting(std::string_view name) {
    const auto &all = storm_settings();
    const auto it =
        std::find_if(all.begin(), all.end(), [&](const auto &one) { return one.name == name; });
    return it == all.end() ? nullptr : &*it;
}

StormArguments arguments_of(const RunRecord &record) {
    const auto &p = record.params;
    StormArguments a;
    a.kernel = kernel_of(record);
    a.arms = record.arm;
    a.seed = record.seed;
    a.mem = size_text(p.mem_mib, 'M');
    a.cpus = p.cpus;
    a.nic = p.nic;
    a.transport = p.transport;
    a.server = p.server.empty() ? a.server : p.server;
    a.conns = p.conns;
    a.min_free = size_text(p.min_free_kb, 'K');
    a.passes = p.passes;
    a.swap = size_text(p.swap_mib, 'M');
    a.map = size_text(p.map_mib, 'M');
    a.workers = p.workers;
    a.hang_after_s = p.hang_after_s;
    a.timeout_s = p.timeout_s;
    a.churn = p.churn_rounds;
    for (const auto &[module, values] : own_module_params(record))
        for (const auto value : split(values, ' '))
            a.module_params.push_back(fmt::format("{}:{}", module, value));
    for (const auto &[name, value] : p.sysctls)
        a.sysctls.push_back(fmt::format("{}={}", name, value));
    a.setup = p.setup;
    if (p.io_timeout_s >= 0)
        a.io_timeout_s = p.io_timeout_s;
    a.faults = p.faults;
    a.hostile = p.hostile;
    a.record = p.recorded;
    leave_out_defaults(a);
    return a;
}

std::string shell_word(const std::string &word) {
    const bool plain = !word.empty() &&
                       word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789+-_.,:/=") == std::string::npos;
    if (plain)
        return word;
    std::string quoted = "'";
    for (char c : word)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

std::string storm_command(const StormArguments &arguments) {
    const StormArguments untouched;
    std::string line = "netswap storm";
    for (const auto &setting : storm_settings()) {
        const auto values = setting.get(arguments);
        if (setting.told || values != setting.get(untouched))
            for (const auto &value : values)
                line += fmt::format(" --{} {}", setting.name, shell_word(value));
        if (setting.name == "kernel")
            line += fmt::format(" --arms {} --runs {}", shell_word(arguments.arms), arguments.runs);
    }
    return line + fmt::format("{} --seed {}", arguments.record ? " --record" : "", arguments.seed);
}

} // namespace netswap
