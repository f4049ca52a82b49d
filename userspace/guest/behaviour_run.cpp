// SPDX-License-Identifier: GPL-2.0
#include "guest/behaviour_run.h"

#include "guest/process.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace netswap::guest {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char *binary = "/bin/netswap-guest-tests";
constexpr const char *suite = "behaviour";
constexpr std::string_view suite_prefix = "behaviour.";
constexpr auto case_limit = 90s; ///< for silence: a case prints a line when it begins and ends
constexpr std::string_view mark_begin = "@begin ";
constexpr std::string_view mark_end = "@end ";
constexpr std::size_t noise_limit = 4000;

/// Follows the line reporter of the tests (tests/guest/line_reporter.cpp).
class Follower {
  public:
    explicit Follower(TestTally &tally) : tally_(tally) {}

    void line(std::string_view text) {
        if (text.starts_with(mark_begin)) {
            current_ = text.substr(mark_begin.size());
            noise_.clear();
        } else if (text.starts_with(mark_end)) {
            end(text.substr(mark_end.size()));
        } else if (noise_.size() < noise_limit) {
            noise_.append(text).push_back('\n');
        }
    }

    void finish(const ProcessEnd &end) {
        if (!current_.empty())
            tally_.fail(suite, current_, end.describe() + "\n" + noise_);
        else if (cases_ == 0 && (!end.ok() || tally_.filters().empty()))
            tally_.fail(suite, "(run)", end.describe() + "\n" + noise_);
        else if (!end.ok() && !failed_)
            tally_.fail(suite, "(exit)", end.describe() + "\n" + noise_);
    }

  private:
    void end(std::string_view text) {
        const auto result = json::parse(text, nullptr, false);
        current_.clear();
        ++cases_;
        if (!result.is_object())
            return tally_.fail(suite, "(report)", "not understood: " + std::string(text));
        const TestResult test{suite, result.value("name", ""), result.value("ok", false),
                              result.value("skip", false), result.value("detail", "") + noise_};
        failed_ = failed_ || !test.ok;
        tally_.add(
            {test.suite, test.name, test.ok, test.skip, test.ok && !test.skip ? "" : test.detail});
    }

    TestTally &tally_;
    std::string current_;
    std::string noise_;
    int cases_ = 0;
    bool failed_ = false;
};

/// The filters in the words of Catch2, which knows names of cases but not our suite.
std::string case_spec(const std::vector<std::string> &filters) {
    std::string spec;
    for (std::string_view filter : filters) {
        if (filter == suite)
            filter = "";
        else if (filter.starts_with(suite_prefix))
            filter.remove_prefix(suite_prefix.size());
        spec.append(spec.empty() ? "*" : ",*").append(filter);
        if (!filter.empty())
            spec += '*';
    }
    return spec;
}

} // namespace

void run_behaviour(TestTally &tally, const Config &config) {
    ::setenv("NETSWAP_POLICY", config.policy.c_str(), 1);
    ::setenv("NETSWAP_SERVER", config.server.c_str(), 1);
    ::setenv("NETSWAP_PORT", std::to_string(config.port).c_str(), 1);
    ::setenv("NETSWAP_PATIENCE", std::to_string(config.patience).c_str(), 1);
    std::vector<std::string> argv{binary, "--reporter", "lines"};
    if (const auto spec = case_spec(tally.filters()); !spec.empty())
        argv.push_back(spec);
    auto child = Child::run(argv);
    if (!child)
        return tally.fail(suite, "(start)", child.error().message);
    Follower follower(tally);
    const auto end = child->follow(case_limit, [&](std::string_view line) { follower.line(line); });
    follower.finish(end);
}

} // namespace netswap::guest
