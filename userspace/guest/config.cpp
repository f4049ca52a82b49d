// SPDX-License-Identifier: GPL-2.0
#include "guest/config.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lib/json_field.h"

namespace netswap::guest {
namespace {

using nlohmann::json;

/// Reads typed keys and remembers the first complaint.
class Reader {
  public:
    explicit Reader(const json &object) : object_(object) {}

    template <typename T>
    void get(const char *key, T &out) {
        const auto it = object_.find(key);
        if (it == object_.end())
            return;
        try {
            json_field::get(*it, out);
        } catch (const json::exception &) {
            complain(fmt::format("{} has the wrong type: {}", key, it->dump()));
        }
    }

    template <typename T>
    void number(const char *key, T &out, long long low, long long high) {
        const auto it = object_.find(key);
        if (it == object_.end())
            return;
        if (!it->is_number_integer() || it->template get<long long>() < low ||
            it->template get<long long>() > high)
            complain(fmt::format("{} must be a whole number from {} to {}, not {}", key, low, high,
                                 it->dump()));
        else
            out = static_cast<T>(it->template get<long long>());
    }

    template <typename T>
    void choice(const char *key, T &out,
                std::initializer_list<std::pair<const char *, T>> choices) {
        std::string word;
        get(key, word);
        if (word.empty())
            return;
        for (const auto &[name, value] : choices)
            if (word == name) {
                out = value;
                return;
            }
        complain(fmt::format("{} '{}' is unknown", key, word));
    }

    void complain(std::string what) {
        if (complaint_.empty())
            complaint_ = std::move(what);
    }

    const std::string &complaint() const { return complaint_; }

  private:
    const json &object_;
    std::string complaint_;
};

} // namespace

Result<Config> parse_config(std::string_view text) {
    const auto object = json::parse(text, nullptr, false);
    if (!object.is_object())
        return fail("configuration: not a JSON object");

    Config config;
    Reader read(object);
    read.choice("mode", config.mode,
                {{"storm", Mode::storm}, {"tests", Mode::tests}, {"bench", Mode::bench}});
    read.get("policy", config.policy);
    read.get("modules", config.modules);
    read.get("module_params", config.module_params);
    read.get("sysctls", config.sysctls);
    read.get("nic", config.nic);
    read.choice("transport", config.transport,
                {{"nbd", Transport::nbd}, {"disk", Transport::disk}});
    read.get("server", config.server);
    read.number("port", config.port, 1, 65535);
    read.get("export", config.export_name);
    read.number("conns", config.conns, 1, 64);
    read.number("swap_mib", config.swap_mib, 1, 1 << 20);
    read.number("map_mib", config.map_mib, 1, 1 << 20);
    read.number("workers", config.workers, 1, 1024);
    read.number("passes", config.passes, 0, 1 << 20);
    read.number("min_free_kb", config.min_free_kb, -1, 1 << 30);
    read.get("seed", config.seed);
    read.number("sample_ms", config.sample_ms, 10, 60000);
    read.number("patience", config.patience, 1, 100);
    read.number("churn_rounds", config.churn_rounds, 0, 1 << 20);
    read.choice("setup", config.setup,
                {{"nbd-client", Setup::nbd_client}, {"netswap", Setup::netswap}});
    read.number("io_timeout_s", config.io_timeout_s, -1, 3600);
    read.number("end_limit_s", config.end_limit_s, 0, 1 << 20);
    read.get("daemon_faults", config.daemon_faults);
    read.get("failing_allocations", config.failing_allocations);
    read.get("hostile", config.hostile);
    read.number("samples", config.samples, 1, 100000);
    read.get("marked", config.marked);
    read.get("tests", config.tests);

    if (config.map_mib * 256 < static_cast<std::uint64_t>(config.workers))
        read.complain("map_mib leaves less than one page for each worker");
    for (const auto &name : config.modules)
        if (name.empty() || name.find('/') != std::string::npos)
            read.complain(fmt::format("modules: '{}' is not a module name", name));
    if (!read.complaint().empty())
        return fail("configuration: " + read.complaint());
    return config;
}

} // namespace netswap::guest
