// SPDX-License-Identifier: GPL-2.0
#include "lib/supervisor.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "lib/hang_analysis.h"
#include "lib/state_check.h"

namespace netswap {

namespace {

using Kind = MachineEvent::Kind;

constexpr double console_silence_s = 1.5; ///< after which an answer to sysrq counts as complete
constexpr double console_limit_s = 20;    ///< for one answer
constexpr double longest_turn_s = 1;
constexpr double stopped_s = 5; ///< longer than that no turn takes, however busy the host is
constexpr std::size_t console_cap = 32 << 20;
constexpr std::int64_t least_pages_out = 1000; ///< of a storm that is one

/// What was to make it hard and did not; "" if all did.
std::string load_shortfall(const RunRecord &record) {
    if (const auto out = record.counters.pswpout.value_or(0); out < least_pages_out)
        return fmt::format("{} pages were swapped out: --map must be larger than --mem", out);
    for (const auto &sent : record.hostile) {
        const auto arrived = sent.packets + sent.connections;
        if (arrived == 0)
            return fmt::format("nothing was sent for --hostile {}", sent.kind);
        if (sent.refused > arrived)
            return fmt::format("of the packets for --hostile {} {} were sent and {} refused",
                               sent.kind, arrived, sent.refused);
    }
    return "";
}

} // namespace

Supervisor::Supervisor(Machine &machine, const Clock &clock, SupervisorOptions options)
    : machine_(machine), clock_(clock), options_(std::move(options)), start_(clock.now()),
      watch_(start_) {
    auto &record = result_.record;
    record.arm = options_.plan.arm.name;
    record.run = options_.plan.run;
    record.seed = options_.plan.seed;
    record.params = options_.plan.params;
    // The plan was checked when it was made.
    if (const auto orders = parse_faults(record.params.faults); orders && !orders->empty())
        faults_.emplace(*orders, record.seed, *options_.faults, machine_, clock_);
}

SupervisedRun Supervisor::run() {
    watch();
    end_hostile();
    if (!evidence_.hang.empty() && !evidence_.machine_end)
        diagnose();
    machine_.stop();
    drain();
    finish_record();
    return std::move(result_);
}

void Supervisor::watch() {
    while (!over_) {
        const double before = clock_.now();
        const double left = std::max(0.0, next_deadline() - before);
        const auto event = machine_.wait(std::min(left + 0.01, longest_turn_s));
        // We were stopped, and the guest with us: that was no silence of its own.
        if (const double lost = clock_.now() - before - longest_turn_s; lost > stopped_s) {
            watch_.skip(lost);
            start_ += lost;
        }
        handle(event);
        if (!over_ && faults_)
            check(faults_->tick());
        if (!over_)
            check_limits();
    }
    // After a verdict the guest may still have something to say on its console.
    const double end = clock_.now() + options_.end_limit_s;
    while (evidence_.guest && !evidence_.machine_end && clock_.now() < end)
        handle(machine_.wait(end - clock_.now()));
}

double Supervisor::next_deadline() const {
    double whole = start_ + options_.plan.params.timeout_s;
    if (!evidence_.said_hello)
        return std::min(whole, start_ + options_.hello_limit_s);
    if (faults_)
        whole = std::min(whole, faults_->next_due());
    return std::min(whole, watch_.last() + patience());
}

bool Supervisor::in_force() const {
    return !options_.check_state || result_.record.state;
}

double Supervisor::patience() const {
    const double after = options_.plan.params.hang_after_s;
    return in_force() ? after : std::max(after, options_.quiet_limit_s);
}

void Supervisor::check_limits() {
    const double now = clock_.now();
    const auto &params = options_.plan.params;
    const auto during = [&] {
        const auto text = faults_ ? faults_->current() : "";
        return text.empty() ? text : ", " + text;
    };
    watch_.wire(now, machine_.wire_bytes());
    if (!evidence_.said_hello) {
        if (now - start_ >= options_.hello_limit_s) {
            evidence_.machine_end =
                fmt::format("no word from the guest in {:.0f} s", options_.hello_limit_s);
            over_ = true;
        }
    } else if (watch_.quiet_for(now) >= patience()) {
        give_up(
            fmt::format("no page moved for {:.0f} s in phase '{}'", watch_.quiet_for(now), phase_) +
            during());
    } else if (now - start_ >= params.timeout_s) {
        give_up(fmt::format("no verdict in {:.0f} s, in phase '{}', though pages still moved",
                            params.timeout_s, phase_) +
                during());
    }
}

void Supervisor::give_up(std::string why) {
    // Whatever stands still before the storm is no hang of the storm.
    if (!in_force())
        return check(fail("the storm did not begin: " + why));
    evidence_.hang = std::move(why);
    over_ = true;
}

void Supervisor::handle(const MachineEvent &event) {
    switch (event.kind) {
    case Kind::channel_line:
        handle_line(event.text);
        break;
    case Kind::console:
        if (result_.console.size() < console_cap)
            result_.console += event.text;
        break;
    case Kind::machine_end:
        evidence_.machine_end = event.text;
        over_ = true;
        break;
    case Kind::server_end:
        // A guest without its swap soon fails too; the cause is what counts.
        if (!evidence_.guest || evidence_.guest->verdict != Verdict::pass) {
            evidence_.lab_error = fmt::format("the NBD server died {:.0f} s into the run ({}); see "
                                              "server.log",
                                              clock_.now() - start_, event.text);
            over_ = true;
        }
        break;
    case Kind::time_out:
        break;
    }
}

void Supervisor::handle_line(const std::string &line) {
    if (options_.channel_log)
        options_.channel_log(line);
    const auto message = parse_guest_message(line);
    if (message)
        handle_message(*message);
    else if (!evidence_.guest) {
        evidence_.lab_error = message.error().message;
        over_ = true;
    }
}

void Supervisor::handle_message(const GuestMessage &message) {
    const double now = clock_.now();
    auto &record = result_.record;
    if (std::holds_alternative<HelloMessage>(message)) {
        evidence_.said_hello = true;
        watch_.phase(now);
        if (!options_.config_line.empty())
            machine_.send_line(options_.config_line);
    } else if (const auto *phase = std::get_if<PhaseMessage>(&message)) {
        phase_ = phase->phase;
        watch_.phase(now);
        if (phase_ == "write") // the first one of the storm
            begin_hostile();
        else if (phase_ == "done")
            end_hostile();
    } else if (const auto *state = std::get_if<StateMessage>(&message)) {
        (state->at_end ? record.state_end : record.state) = state->state;
        watch_.phase(now);
        if (!state->at_end && options_.check_state)
            evidence_.state_mismatch = state_mismatch(options_.plan, state->state);
        over_ = over_ || !evidence_.state_mismatch.empty();
    } else if (const auto *sample = std::get_if<SampleMessage>(&message)) {
        handle_sample(*sample);
    } else if (handle_area(message)) {
        watch_.phase(now);
    } else if (const auto *churn = std::get_if<ChurnMessage>(&message)) {
        if (!churn->ok && evidence_.churn_failure.empty())
            evidence_.churn_failure = fmt::format("round {}: {} {}: {}", churn->round,
                                                  churn->action, churn->module, churn->message);
    } else if (const auto *counters = std::get_if<CountersMessage>(&message)) {
        const auto lowest = record.counters.lowest_free_pages;
        record.counters = counters->counters;
        record.counters.lowest_free_pages = lowest;
    } else if (const auto *test = std::get_if<TestMessage>(&message)) {
        watch_.phase(now);
        result_.tests.push_back(*test);
    } else if (const auto *verdict = std::get_if<VerdictMessage>(&message)) {
        evidence_.guest = *verdict;
        over_ = true;
    }
    if (options_.progress && !record.samples.empty())
        options_.progress({phase_, record.samples.back().touched, record.samples.back().pswpout});
    else if (options_.progress)
        options_.progress({phase_, 0, 0});
}

void Supervisor::handle_sample(const SampleMessage &message) {
    const auto &s = message.sample;
    watch_.pages(clock_.now(), s.touched, s.pswpin, s.pswpout);
    if (faults_)
        faults_->sample(s);
    result_.record.samples.push_back(s);
    auto &c = result_.record.counters;
    c.pswpin = s.pswpin;
    c.pswpout = s.pswpout;
    c.throttled = message.throttle;
    c.pfmemalloc_drops = message.pfmemalloc_drops;
    c.lowest_free_pages = std::min(c.lowest_free_pages.value_or(s.free), s.free);
}

bool Supervisor::handle_area(const GuestMessage &message) {
    auto &record = result_.record;
    if (const auto *daemon = std::get_if<DaemonMessage>(&message)) {
        killed_heap_calls_ = std::max(killed_heap_calls_, daemon->heap_calls);
        check(faults_ ? faults_->daemon(*daemon) : Status{});
    } else if (const auto *failed = std::get_if<FailedAllocationsMessage>(&message)) {
        check(faults_ ? faults_->failed_allocations(*failed) : Status{});
    } else if (const auto *report = std::get_if<DaemonReportMessage>(&message)) {
        record.daemon = report->report;
        record.daemon->heap_calls = std::max(record.daemon->heap_calls, killed_heap_calls_);
    } else if (const auto *status = std::get_if<StatusMessage>(&message)) {
        record.status = status->status;
    } else if (const auto *down = std::get_if<DownMessage>(&message)) {
        record.down = down->down;
    } else {
        return false;
    }
    return true;
}

void Supervisor::begin_hostile() {
    if (options_.hostile != nullptr)
        if (auto ok = options_.hostile->begin(); !ok)
            check(with_context(ok.error(), "--hostile"));
}

void Supervisor::end_hostile() {
    if (options_.hostile != nullptr)
        for (auto &record : options_.hostile->end())
            result_.record.hostile.push_back(std::move(record));
}

void Supervisor::check(const Status &status) {
    if (status)
        return;
    evidence_.lab_error = status.error().message;
    over_ = true;
}

void Supervisor::diagnose() {
    result_.diagnosis_at = result_.console.size();
    // The console shows warnings only; what sysrq prints is mostly below that.
    ask('9');
    ask('w');
    if (wants_all_tasks(std::string_view(result_.console).substr(*result_.diagnosis_at)))
        ask('t');
    for (const char key : {'m', 'd', 'y'})
        ask(key);
    result_.record.hang = analyse_hang(
        std::string_view(result_.console).substr(*result_.diagnosis_at), result_.record.samples);
}

void Supervisor::ask(char key) {
    if (evidence_.machine_end)
        return;
    machine_.send_sysrq(key);
    const double end = clock_.now() + console_limit_s;
    double silent_at = clock_.now() + console_silence_s;
    while (clock_.now() < std::min(end, silent_at) && !evidence_.machine_end) {
        const auto event = machine_.wait(std::min(end, silent_at) - clock_.now());
        handle(event);
        if (event.kind == Kind::console)
            silent_at = clock_.now() + console_silence_s;
    }
}

void Supervisor::drain() {
    for (int i = 0; i < 1000; i++) {
        const auto event = machine_.wait(0);
        if (event.kind == Kind::time_out || event.kind == Kind::machine_end)
            break;
        if (event.kind == Kind::console)
            handle(event);
    }
}

void Supervisor::finish_record() {
    // What sysrq printed is no finding of its own (lockdep's text holds the word "BUG" at times).
    std::string_view console = result_.console;
    if (result_.diagnosis_at)
        console = console.substr(0, *result_.diagnosis_at);
    evidence_.console = scan_console(console);
    evidence_.console_tail = last_lines(console, 3);
    evidence_.of_tests = !result_.tests.empty();
    if (faults_) {
        evidence_.fault_shortfall = faults_->shortfall();
        evidence_.writes_failed = faults_->made(FaultKind::write_error);
        result_.record.faults = faults_->records();
    }
    auto &record = result_.record;
    if (options_.check_state && !evidence_.of_tests)
        evidence_.load_shortfall = load_shortfall(record);
    const auto decided = classify(evidence_);
    record.verdict = decided.verdict;
    record.message = decided.message;
    record.io_error = evidence_.console.first_io_error();
    if (evidence_.guest && evidence_.guest->elapsed_s > 0)
        record.elapsed_s = evidence_.guest->elapsed_s;
    if (record.verdict != Verdict::hang)
        record.hang.reset();
}

} // namespace netswap
