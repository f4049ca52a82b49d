// SPDX-License-Identifier: GPL-2.0
#include "lib/fault_driver.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace netswap {

namespace {

constexpr double least_calm_s = 0.5;
constexpr double longest_calm_s = 3;
constexpr double longest_random_s = 2;

bool is_of_daemon(const Fault &fault) {
    return fault.kind == FaultKind::daemon_kill;
}

} // namespace

FaultDriver::FaultDriver(const std::vector<FaultOrder> &orders, std::uint64_t seed, FaultSite &site,
                         Machine &machine, const Clock &clock)
    : site_(site), machine_(machine), clock_(clock), random_(seed) {
    for (const auto &order : orders)
        for (int i = 0; i < order.count; i++)
            faults_.push_back(
                {order.kind, order.seconds ? *order.seconds : between(0, longest_random_s)});
    // Not std::shuffle, whose result differs between libraries.
    for (std::size_t i = faults_.size(); i > 1; i--)
        std::swap(faults_[i - 1], faults_[random_() % i]);
}

double FaultDriver::between(double low, double high) {
    return low + (high - low) * (static_cast<double>(random_() >> 11) * 0x1p-53);
}

void FaultDriver::sample(const Sample &sample) {
    const bool moved = sample.pswpout != last_.pswpout || sample.pswpin != last_.pswpin ||
                       sample.touched != last_.touched;
    last_ = sample;
    last_at_ = clock_.now();
    if (!moved)
        return;
    if (phase_ == Phase::idle && sample.pswpout >= pages_at_first)
        rest();
    else if (phase_ == Phase::healing && met_something() &&
             (is_of_daemon(fault()) ? watched_ > 0
                                    : machine_.wire_bytes() >= wire_at_end_ + wire_proof))
        healed();
}

std::optional<std::uint64_t> FaultDriver::hits() {
    return fails_allocations(fault().kind) ? failed_ : site_.hits(fault());
}

bool FaultDriver::met_something() {
    return hits().value_or(fails_allocations(fault().kind) ? 0 : 1) > 0;
}

Status FaultDriver::failed_allocations(const FailedAllocationsMessage &message) {
    if (phase_ != Phase::healing || !fails_allocations(fault().kind))
        return {};
    if (message.count == 0)
        return fail(fmt::format("{} ({} of {}): no allocation failed", to_string(fault().kind),
                                next_ + 1, faults_.size()));
    failed_ = message.count;
    return {};
}

Status FaultDriver::daemon(const DaemonMessage &message) {
    if (message.event == "failed")
        return fail(fmt::format("{} ({} of {}): {}", to_string(FaultKind::daemon_kill), next_ + 1,
                                faults_.size(), message.message));
    if (message.event == "killed" && phase_ == Phase::asked)
        began();
    else if (message.event == "started" && phase_ == Phase::broken && is_of_daemon(fault()))
        ended();
    else if (message.event == "watching" && phase_ == Phase::healing)
        watched_ = clock_.now();
    return {};
}

Status FaultDriver::tick() {
    if (clock_.now() < next_due())
        return {};
    if (phase_ == Phase::calm)
        return begin();
    if (auto ok = site_.end(fault()); !ok)
        return with_context(ok.error(), fmt::format("ending {}", to_string(fault().kind)));
    ended();
    return {};
}

Status FaultDriver::begin() {
    if (is_of_daemon(fault())) {
        phase_ = Phase::asked;
        began_ = clock_.now();
        machine_.send_line(fmt::format("daemon-kill {:.0f}\n", fault().seconds * 1000));
        return {};
    }
    if (auto ok = site_.begin(fault()); !ok)
        return with_context(ok.error(), fmt::format("making {}", to_string(fault().kind)));
    began();
    return {};
}

void FaultDriver::began() {
    phase_ = Phase::broken;
    began_ = clock_.now();
    due_ = began_ + fault().seconds;
    FaultRecord record;
    record.kind = to_string(fault().kind);
    record.t = guest_time();
    records_.push_back(std::move(record));
}

void FaultDriver::ended() {
    phase_ = Phase::healing;
    ended_ = clock_.now();
    watched_ = 0;
    failed_.reset();
    wire_at_end_ = machine_.wire_bytes();
    records_.back().lasted_s = ended_ - began_;
}

void FaultDriver::healed() {
    auto &record = records_.back();
    record.recovery_s = clock_.now() - began_;
    record.after_end_s = clock_.now() - ended_;
    record.hits = hits();
    if (is_of_daemon(fault()))
        record.watching_s = watched_ - ended_;
    next_++;
    rest();
}

void FaultDriver::rest() {
    phase_ = Phase::calm;
    due_ = clock_.now() + between(least_calm_s, longest_calm_s);
    if (over())
        machine_.send_line("end\n");
}

double FaultDriver::next_due() const {
    const bool waits_for_time =
        (phase_ == Phase::calm && !over()) || (phase_ == Phase::broken && !is_of_daemon(fault()));
    return waits_for_time ? due_ : std::numeric_limits<double>::infinity();
}

double FaultDriver::guest_time() const {
    return last_.t + (clock_.now() - last_at_);
}

std::string FaultDriver::current() const {
    if (phase_ == Phase::idle || phase_ == Phase::calm)
        return "";
    const double now = clock_.now();
    auto text = fmt::format("during {} ({} of {}), {:.1f} s after it began",
                            to_string(fault().kind), next_ + 1, faults_.size(), now - began_);
    if (phase_ == Phase::healing)
        text += fmt::format(" and {:.1f} s after it ended", now - ended_);
    return text;
}

bool FaultDriver::made(FaultKind kind) const {
    return std::any_of(records_.begin(), records_.end(),
                       [&](const auto &record) { return record.kind == to_string(kind); });
}

std::string FaultDriver::shortfall() const {
    return over() ? "" : fmt::format("{} of {} faults were made and healed", next_, faults_.size());
}

} // namespace netswap
