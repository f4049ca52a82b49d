// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "guest/messages.h"

#include <algorithm>
#include <string>
#include <vector>

namespace netswap::guest {

/// Sends test results on and counts them; leaves out what the filters do not ask for.
class TestTally {
  public:
    /// `filters`: substrings of "<suite>.<name>"; none means all.
    TestTally(Channel &channel, const std::vector<std::string> &filters)
        : channel_(channel), filters_(filters) {}

    void add(const TestResult &test) {
        if (!wanted(test) && !test.name.starts_with('('))
            return; // names in brackets are no cases but what went wrong around them
        send_test(channel_, test);
        ++(test.skip ? skipped_ : test.ok ? passed_ : failed_);
    }

    void fail(std::string suite, std::string name, std::string why) {
        add({std::move(suite), std::move(name), false, false, std::move(why)});
    }

    [[nodiscard]] bool ok() const { return failed_ == 0 && passed_ > 0; }
    [[nodiscard]] std::string summary() const {
        if (passed_ + failed_ + skipped_ == 0)
            return "no test matches the filter";
        return std::to_string(passed_) + " passed, " + std::to_string(failed_) + " failed, " +
               std::to_string(skipped_) + " skipped";
    }
    [[nodiscard]] const std::vector<std::string> &filters() const { return filters_; }

  private:
    [[nodiscard]] bool wanted(const TestResult &test) const {
        const auto full = test.suite + "." + test.name;
        return filters_.empty() ||
               std::any_of(filters_.begin(), filters_.end(), [&](const auto &filter) {
                   return full.find(filter) != std::string::npos;
               });
    }

    Channel &channel_;
    const std::vector<std::string> &filters_;
    int passed_ = 0;
    int failed_ = 0;
    int skipped_ = 0;
};

} // namespace netswap::guest
