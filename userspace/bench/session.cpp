// SPDX-License-Identifier: GPL-2.0
#include "bench/session.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/operations.h"
#include "lib/console_scan.h"

namespace netswap::bench {

using nlohmann::json;

namespace {

constexpr int quoted_lines = 3;

class Session {
  public:
    Session(Machine &machine, const BenchOrders &orders,
            const std::function<void(const std::string &)> &on_phase)
        : machine_(machine), orders_(orders), on_phase_(on_phase) {}

    /// True when the guest has said its last word.
    Result<bool> take(const MachineEvent &event) {
        switch (event.kind) {
        case MachineEvent::Kind::console:
            console_ += event.text;
            break;
        case MachineEvent::Kind::channel_line:
            return take_line(event.text);
        case MachineEvent::Kind::machine_end:
            return fail(fmt::format("the VM ended with {} {}", event.text, where()));
        case MachineEvent::Kind::server_end:
        case MachineEvent::Kind::time_out:
            break;
        }
        return false;
    }

    /// "in phase 'kernel'; it printed: ..."
    [[nodiscard]] std::string where() const {
        auto text = fmt::format("in phase '{}'", phase_);
        const auto found = scan_console(console_);
        const auto said = found.fatal.empty() ? last_lines(console_, quoted_lines) : found.fatal;
        return said.empty() ? text : text + "; it printed: " + said;
    }

    Result<ArmCounts> result() const {
        // Counts of a kernel that complains are of another path than the one meant.
        const auto found = scan_console(console_);
        for (const auto &bad : {found.fatal, found.warning, found.oom_kill})
            if (!bad.empty())
                return fail("the guest's kernel complained: " + bad);
        for (const auto &operation : operations())
            if (!counts_.find(std::string(operation.name)))
                return fail(fmt::format("the guest did not measure '{}': is its image of another "
                                        "checkout?",
                                        operation.name));
        return counts_;
    }

  private:
    Result<bool> take_line(const std::string &text) {
        try {
            const auto message = json::parse(text);
            const auto type = message.at("type").get<std::string>();
            if (type == "hello") {
                counts_.release = message.value("release", "");
                machine_.send_line(orders_line(orders_));
            } else if (type == "phase") {
                phase_ = message.at("phase").get<std::string>();
                on_phase_(phase_);
            } else if (type == "count") {
                counts_.counts.push_back(message.get<Count>());
            } else if (type == "verdict") {
                if (message.at("verdict") == "pass")
                    return true;
                return fail(fmt::format("the guest: {}", message.value("message", "failed")));
            }
        } catch (const std::exception &error) {
            return fail(fmt::format("the guest sent a line that is no message: {} ({})",
                                    text.substr(0, 120), error.what()));
        }
        return false;
    }

    Machine &machine_;
    const BenchOrders &orders_;
    const std::function<void(const std::string &)> &on_phase_;
    ArmCounts counts_;
    std::string console_;
    std::string phase_ = "boot";
};

} // namespace

BenchOrders orders_for(const BenchArm &arm, int samples) {
    return {arm.arm.modules, arm.marked, samples};
}

std::string orders_line(const BenchOrders &orders) {
    return json{{"mode", "bench"},
                {"modules", orders.modules},
                {"marked", orders.marked},
                {"samples", orders.samples}}
               .dump() +
           "\n";
}

Result<ArmCounts> follow_bench(Machine &machine, const Clock &clock, const BenchOrders &orders,
                               double limit_s,
                               const std::function<void(const std::string &)> &on_phase) {
    const double begin = clock.now();
    Session session(machine, orders, on_phase);
    while (clock.now() < begin + limit_s) {
        const auto done = session.take(machine.wait(1));
        if (!done)
            return tl::unexpected(done.error());
        if (!*done)
            continue;
        auto counts = session.result();
        if (counts)
            counts->elapsed_s = clock.now() - begin;
        return counts;
    }
    return fail(fmt::format("the VM was not done after {:.0f} s, {}", limit_s, session.where()));
}

} // namespace netswap::bench
