// SPDX-License-Identifier: GPL-2.0
// Reporter "lines": what the agent in the guest reads (behaviour_run.cpp). One
// line when a case begins, one JSON line when it ends. A case during which the
// kernel reported a fault has failed, whatever it checked itself.
#include "guest/kmsg.h"
#include "skip.h"

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

namespace netswap::guest {
namespace {

class LineReporter : public Catch::StreamingReporterBase<LineReporter> {
  public:
    explicit LineReporter(const Catch::ReporterConfig &config) : StreamingReporterBase(config) {}

    static std::string getDescription() { return "one line of JSON for each case"; }

    void assertionStarting(const Catch::AssertionInfo &) override {}

    void testCaseStarting(const Catch::TestCaseInfo &info) override {
        StreamingReporterBase::testCaseStarting(info);
        detail_.clear();
        take_skip_reason();
        if (auto opened = Kmsg::open_at_end())
            log_.emplace(std::move(*opened));
        std::cout << "@begin " << info.name << std::endl;
    }

    bool assertionEnded(const Catch::AssertionStats &stats) override {
        const auto &result = stats.assertionResult;
        if (result.isOk())
            return true;
        const auto &where = result.getSourceInfo();
        detail_ += std::string(where.file) + ":" + std::to_string(where.line) + ": " +
                   result.getExpressionInMacro();
        if (result.hasExpandedExpression())
            detail_ += " (" + result.getExpandedExpression() + ")";
        if (result.hasMessage())
            detail_ += " " + result.getMessage();
        for (const auto &info : stats.infoMessages)
            detail_ += " [" + info.message + "]";
        detail_ += "\n";
        return true;
    }

    void testCaseEnded(const Catch::TestCaseStats &stats) override {
        auto ok = stats.totals.assertions.allOk();
        const auto skipped = take_skip_reason();
        if (log_) {
            log_->watch();
            if (const auto fault = log_->fault()) {
                ok = false;
                detail_ += "kernel log: " + std::string(*fault) + "\n";
            }
        }
        if (ok && skipped.empty() && stats.totals.assertions.total() == 0) {
            ok = false;
            detail_ += "the case checked nothing\n";
        }
        const nlohmann::json line{{"name", stats.testInfo.name},
                                  {"ok", ok},
                                  {"skip", ok && !skipped.empty()},
                                  {"detail", ok ? skipped : detail_}};
        std::cout << "@end " << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                  << std::endl;
        StreamingReporterBase::testCaseEnded(stats);
    }

  private:
    std::string detail_;
    std::optional<Kmsg> log_;
};

CATCH_REGISTER_REPORTER("lines", LineReporter)

} // namespace
} // namespace netswap::guest
