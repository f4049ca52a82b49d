// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/record.h"
#include "lib/result.h"
#include "lib/storm_options.h"

/// The verdict channel: JSON, one object a line. The guest speaks first.
namespace netswap {

/// A guest that finds this file in its root directory takes its configuration from there.
constexpr const char *guest_config_name = "netswap.json";

struct HelloMessage {
    int agent = 0;
    std::string release;
};

struct PhaseMessage {
    std::string phase;
    double t = 0;
};

struct StateMessage {
    StateReadback state;
    bool at_end = false;
};

struct SampleMessage {
    Sample sample;
    std::int64_t throttle = 0;
    std::int64_t pfmemalloc_drops = 0;
};

struct ChurnMessage {
    int round = 0;
    std::string action;
    std::string module;
    bool ok = false;
    std::string message;
};

/// What happened to netswapd on the host's order.
struct DaemonMessage {
    std::string event; ///< "killed", "started", "watching" or "failed"
    int pid = 0;
    std::uint64_t heap_calls = 0; ///< killed: of the one that was
    std::string message;          ///< failed: why
};

/// Allocations that failed on the host's order, from its begin to its end.
struct FailedAllocationsMessage {
    std::uint64_t count = 0;
};

/// netswapd at the end of the storm.
struct DaemonReportMessage {
    DaemonReport report;
};

struct StatusMessage {
    nlohmann::json status;
};

struct DownMessage {
    DownReport down;
};

struct CountersMessage {
    RunCounters counters; ///< lowest_free_pages is never in it
};

struct TestMessage {
    std::string suite;
    std::string name;
    bool ok = false;
    bool skip = false;
    std::string detail;
};

struct VerdictMessage {
    Verdict verdict = Verdict::error; ///< pass, oom, corrupt or error
    std::string message;
    double elapsed_s = 0;
};

/// A kind of message this version does not know.
struct UnknownMessage {
    std::string type;
};

using GuestMessage =
    std::variant<HelloMessage, PhaseMessage, StateMessage, SampleMessage, ChurnMessage,
                 CountersMessage, DaemonMessage, FailedAllocationsMessage, DaemonReportMessage,
                 StatusMessage, DownMessage, TestMessage, VerdictMessage, UnknownMessage>;

/// One line without its line end. An error if it is no object with a type, or a field that the
/// message cannot do without is missing.
Result<GuestMessage> parse_guest_message(std::string_view line);

/// What the guest is told to do, as the line it is sent (with its line end).
struct GuestOrders {
    std::string mode = "storm"; ///< or "tests"
    std::vector<std::string> tests;
    std::string server;
    int port = 0;
    std::string export_name;
    int sample_ms = 250;
    int patience = 1; ///< times the guest's own limits
};

std::string guest_config_line(const RunPlan &plan, const GuestOrders &orders);

} // namespace netswap
