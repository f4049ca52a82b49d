// SPDX-License-Identifier: GPL-2.0
#include "guest/ktap.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

namespace netswap::guest {
namespace {

constexpr std::size_t detail_limit = 4096;

struct ResultLine {
    bool ok = false;
    bool skip = false;
    std::string_view name;
    std::string_view reason;
};

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool take_prefix(std::string_view &text, std::string_view prefix) {
    if (!text.starts_with(prefix))
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<int> take_number(std::string_view &text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{})
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

/// "ok 3 name # SKIP reason", already without indentation.
std::optional<ResultLine> result_line(std::string_view text) {
    ResultLine line;
    if (take_prefix(text, "ok "))
        line.ok = true;
    else if (!take_prefix(text, "not ok "))
        return std::nullopt;
    if (!take_number(text))
        return std::nullopt;
    text = trim(text);
    take_prefix(text, "- ");
    const auto hash = text.find(" # ");
    line.name = trim(text.substr(0, hash));
    if (hash != std::string_view::npos) {
        auto directive = trim(text.substr(hash + 3));
        if (take_prefix(directive, "SKIP")) {
            line.skip = true;
            line.reason = trim(directive);
        } else {
            line.reason = directive;
        }
    }
    return line;
}

class Parser {
  public:
    void feed(std::string_view raw) {
        const auto indent = std::min(raw.find_first_not_of(' '), raw.size());
        auto text = trim(raw);
        if (text.empty() || text.starts_with("KTAP version") || text.starts_with("# module:"))
            return;
        if (auto subtest = text; take_prefix(subtest, "# Subtest:"))
            return open(indent, trim(subtest));
        if (auto plan = text; take_prefix(plan, "1.."))
            return take_plan(indent, plan);
        if (const auto result = result_line(text))
            return close(indent, *result);
        if (!open_.empty() && diagnostics_.size() < detail_limit)
            diagnostics_.append(text).push_back('\n');
    }

    std::vector<TestResult> finish() {
        while (!open_.empty()) {
            fail(path(open_.size()), "(incomplete)", "the suite did not report its end");
            open_.pop_back();
        }
        return std::move(results_);
    }

  private:
    struct Suite {
        std::size_t indent;
        std::string name;
        int planned = -1;
        int seen = 0;
        bool failed = false;
    };

    std::string path(std::size_t depth) const {
        std::string joined;
        for (std::size_t i = 0; i < depth; ++i)
            joined.append(i ? "." : "").append(open_[i].name);
        return joined;
    }

    void fail(std::string suite, std::string name, std::string detail) {
        results_.push_back({std::move(suite), std::move(name), false, false, std::move(detail)});
    }

    void open(std::size_t indent, std::string_view name) {
        drop_deeper(indent, true);
        open_.push_back({indent, std::string(name)});
        diagnostics_.clear();
    }

    void take_plan(std::size_t indent, std::string_view text) {
        if (const auto planned = take_number(text);
            planned && !open_.empty() && open_.back().indent == indent)
            open_.back().planned = *planned;
    }

    // Suites at or right of `indent` can get no further line once something
    // begins there: they were cut off.
    void drop_deeper(std::size_t indent, bool same_too) {
        while (!open_.empty() &&
               (open_.back().indent > indent || (same_too && open_.back().indent == indent))) {
            fail(path(open_.size()), "(incomplete)", "the suite did not report its end");
            open_.pop_back();
        }
    }

    // The line of a suite stands left of its cases and carries the suite's name.
    void close(std::size_t indent, const ResultLine &line) {
        if (!open_.empty() && open_.back().indent > indent && open_.back().name == line.name) {
            close_suite(line);
        } else {
            drop_deeper(indent, false);
            leaf(line);
        }
        if (!open_.empty()) {
            ++open_.back().seen;
            open_.back().failed = open_.back().failed || !line.ok;
        }
        diagnostics_.clear();
    }

    void close_suite(const ResultLine &line) {
        const auto suite = open_.back();
        const auto full = path(open_.size());
        open_.pop_back();
        if (suite.planned > suite.seen)
            fail(full, "(plan)",
                 "ran " + std::to_string(suite.seen) + " of " + std::to_string(suite.planned));
        else if (suite.seen == 0)
            results_.push_back({full, "(suite)", line.ok, line.skip, std::string(line.reason)});
        else if (!line.ok && !suite.failed)
            fail(full, "(suite)", diagnostics_);
    }

    void leaf(const ResultLine &line) {
        auto detail = std::string(line.reason);
        if (!line.ok)
            detail = detail.empty() ? diagnostics_ : detail + "\n" + diagnostics_;
        results_.push_back(
            {path(open_.size()), std::string(line.name), line.ok, line.skip, std::move(detail)});
    }

    std::vector<Suite> open_;
    std::vector<TestResult> results_;
    std::string diagnostics_;
};

} // namespace

std::vector<TestResult> parse_ktap(std::string_view text) {
    Parser parser;
    while (!text.empty()) {
        const auto end = text.find('\n');
        parser.feed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parser.finish();
}

} // namespace netswap::guest
