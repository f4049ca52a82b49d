// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "lib/result.h"

/// The vocabulary of a campaign: what the lab writes and the report reads. Passive data only.
/// The JSON form of each is made in record_json.cpp; docs/testing.md lists the keys.
namespace netswap {

enum class Verdict { pass, hang, oom, corrupt, crash, error };

std::string_view to_string(Verdict verdict);
std::optional<Verdict> verdict_from_string(std::string_view text);

/// What was asked of one run. Sizes in MiB, times in seconds.
struct RunParams {
    std::int64_t mem_mib = 128;
    int cpus = 2;
    std::string nic = "virtio-net";
    std::string transport = "nbd";
    std::string server = "nbdkit";
    int conns = 1;
    std::int64_t min_free_kb = -1; ///< -1: as the guest kernel chose it
    std::int64_t swap_mib = 0;
    std::int64_t map_mib = 0;
    int workers = 0;
    int passes = 1;
    std::string kernel = "6.12";
    std::string accel; ///< "kvm" or "tcg"
    double hang_after_s = 20;
    double timeout_s = 600;
    int churn_rounds = 0;
    std::map<std::string, std::string> module_params; ///< module long name -> "key=value ..."
    std::map<std::string, std::string> sysctls;       ///< "vm.swappiness" -> value
    std::string setup = "nbd-client";                 ///< or "netswap": who sets the swap area up
    int io_timeout_s = -1; ///< of a request to the server; -1: as `setup` chooses it
    std::string faults;    ///< as --faults, "" for none
    std::string hostile;   ///< as --hostile, "" for none
    bool recorded = false; ///< as --record: QEMU wrote down what reached the guest

    bool operator==(const RunParams &) const = default;
};

/// What the guest read back about itself: the proof that the arm was in force.
struct StateReadback {
    std::string release;
    std::string policy;                        ///< "stock" on a kernel without hooks
    std::map<std::string, std::string> groups; ///< question group -> who answers
    std::vector<std::string> modules;
    std::int64_t min_free_kbytes = -1;
    std::string thp;
    std::string nic_driver;
    std::int64_t marked_sockets = -1; ///< -1: not known
    std::int64_t emergency_pages = -1;
    std::int64_t slab_strict = -1;
    int cpus = 0;
    std::int64_t mem_total_kb = 0;
    std::int64_t swap_total_kb = 0;
    /// Name of --hostile -> what the guest has for it: "rcvbuf" -> bytes, "drops" -> packets, ...
    std::map<std::string, std::map<std::string, std::int64_t>> hostile;

    bool operator==(const StateReadback &) const = default;
};

/// Counters at the end of a run, or the last ones seen before it hung. Absent: not known.
struct RunCounters {
    std::optional<std::int64_t> pswpout;          ///< pages
    std::optional<std::int64_t> pswpin;           ///< pages
    std::optional<std::int64_t> throttled;        ///< pgscan_direct_throttle
    std::optional<std::int64_t> pfmemalloc_drops; ///< TcpExt PFMemallocDrop
    std::optional<std::int64_t> lowest_free_pages;
    std::map<std::string, std::uint64_t> netswap; ///< "<mechanism>.<name>"

    bool operator==(const RunCounters &) const = default;
};

/// One look at memory; pages, summed over zones. In JSON an array in this order.
struct Sample {
    double t = 0; ///< seconds since the guest's agent started
    std::int64_t free = 0;
    std::int64_t min = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::int64_t pswpout = 0;
    std::int64_t pswpin = 0;
    std::int64_t touched = 0;

    bool operator==(const Sample &) const = default;
};

struct BlockedTask {
    std::string task; ///< command name, with the work item for a worker: "kworker/1:2 refill_work"
    int pid = 0;
    std::string state; ///< "D", "S", ...
    std::string where; ///< what it waits for, in words or as the innermost telling functions

    bool operator==(const BlockedTask &) const = default;
};

struct HangReport {
    std::vector<std::string> cycle; ///< readable lines, in the order of waiting
    std::vector<BlockedTask> blocked;

    bool operator==(const HangReport &) const = default;
};

/// Something that was broken on purpose.
struct FaultRecord {
    std::string kind;
    double t = 0; ///< when it began, on the clock of the samples
    double lasted_s = 0;
    std::optional<double> recovery_s;  ///< from its begin to the first page moved after its end
    std::optional<double> after_end_s; ///< from its end to that page
    std::optional<double> watching_s;  ///< daemon-kill: from its start until the daemon watches
    std::optional<std::uint64_t> hits; ///< replies spoiled, pieces made, failed allocations

    bool operator==(const FaultRecord &) const = default;
};

/// Hostile traffic of one kind, or a bad link, during a storm.
struct HostileRecord {
    std::string kind;
    double seconds = 0;            ///< from its begin to its end
    std::uint64_t packets = 0;     ///< sent: datagrams, fragments, pieces; passed on by the link
    std::uint64_t bytes = 0;       ///< of payload that was sent
    std::uint64_t connections = 0; ///< opened
    std::uint64_t refused = 0;     ///< what the host's kernel did not take, or found closed
    std::uint64_t lost = 0;        ///< by the link, on purpose
    std::uint64_t overtaken = 0;   ///< by later packets, on purpose
    bool exhausted = false;        ///< its bound was reached before the storm ended

    bool operator==(const HostileRecord &) const = default;
};

/// netswapd at the end of the storm: its memory, and what its live page says.
struct DaemonReport {
    int pid = 0;
    std::int64_t rss_kb = -1;
    std::int64_t locked_kb = -1;
    std::int64_t peak_kb = -1;
    bool mlocked = false;
    std::uint64_t adoptions = 0;
    std::uint64_t reconnects = 0;
    std::uint64_t attempts_failed = 0;
    std::uint64_t link_dead_events = 0;
    std::uint64_t heap_calls = 0; ///< most of any daemon of this run
    double last_recovery_s = 0;
    double worst_recovery_s = 0;
    std::vector<double> recoveries_s; ///< the last 64, oldest first

    bool operator==(const DaemonReport &) const = default;
};

/// How taking the swap area down went.
struct DownReport {
    bool ok = false;
    double seconds = 0;
    std::string message;

    bool operator==(const DownReport &) const = default;
};

struct RunRecord {
    std::string arm;
    int run = 0; ///< index within its arm, from 0
    std::uint64_t seed = 0;
    Verdict verdict = Verdict::error;
    std::string message;
    std::optional<double> elapsed_s; ///< length of the storm, as the guest measured it
    RunParams params;
    std::optional<StateReadback> state;
    std::optional<StateReadback> state_end;
    RunCounters counters;
    std::vector<Sample> samples;
    std::optional<HangReport> hang;
    std::vector<FaultRecord> faults;
    std::vector<HostileRecord> hostile;
    std::string io_error; ///< the first I/O error of the swap area in the kernel's log, "" for none
    nlohmann::json status; ///< what `netswap status --json` said after the storm; null: not asked
    std::optional<DaemonReport> daemon;
    std::optional<DownReport> down;
    std::vector<std::string> checkers; ///< that the guest's kernel has: "KASAN", "lockdep"
    std::string log;                   ///< directory with console.log, channel.jsonl, qemu.cmd, ...

    bool operator==(const RunRecord &) const = default;
};

/// How an arm got over the faults of one kind. Times in seconds, of those that healed.
struct RecoverySummary {
    std::string kind;
    int made = 0;
    int healed = 0;
    std::optional<double> median_s; ///< from the begin of the fault to the first page moved
    std::optional<double> worst_s;
    std::optional<double> after_end_median_s; ///< from the end of the fault
    std::optional<double> after_end_worst_s;

    bool operator==(const RecoverySummary &) const = default;
};

struct ArmSummary {
    std::string arm;
    int runs = 0;
    int survived = 0;                                    ///< verdict pass
    std::array<double, 2> survival_ci95{0, 1};           ///< Wilson interval
    std::optional<double> elapsed_median_s;              ///< of the survivors
    std::optional<std::array<double, 2>> elapsed_spread; ///< shortest and longest survivor
    std::map<std::string, int> verdicts;                 ///< verdict -> runs
    std::vector<RecoverySummary> recovery;               ///< a record a kind of fault

    bool operator==(const ArmSummary &) const = default;
};

struct HostInfo {
    std::string accel;
    std::string qemu; ///< version
    int cpus = 0;
    std::string kernel;  ///< release of the host kernel
    std::string started; ///< UTC, ISO 8601

    bool operator==(const HostInfo &) const = default;
};

/// Did the negative control show what it must? Absent: no bare arm in this campaign.
struct Controls {
    std::optional<bool> bare_hung;
    std::string line; ///< first line of the campaign's output, "" without a bare arm

    bool operator==(const Controls &) const = default;
};

struct CampaignResult {
    HostInfo host;
    std::map<std::string, std::string> artefacts; ///< "6.12 kernel" -> fingerprint()
    Controls controls;
    std::vector<RunRecord> runs;
    std::vector<ArmSummary> summary;

    bool operator==(const CampaignResult &) const = default;
};

void to_json(nlohmann::json &json, const RunParams &params);
void from_json(const nlohmann::json &json, RunParams &params);
void to_json(nlohmann::json &json, const StateReadback &state);
void from_json(const nlohmann::json &json, StateReadback &state);
void to_json(nlohmann::json &json, const RunCounters &counters);
void from_json(const nlohmann::json &json, RunCounters &counters);
void to_json(nlohmann::json &json, const Sample &sample);
void from_json(const nlohmann::json &json, Sample &sample);
void to_json(nlohmann::json &json, const HangReport &hang);
void from_json(const nlohmann::json &json, HangReport &hang);
void to_json(nlohmann::json &json, const FaultRecord &fault);
void from_json(const nlohmann::json &json, FaultRecord &fault);
void to_json(nlohmann::json &json, const HostileRecord &hostile);
void from_json(const nlohmann::json &json, HostileRecord &hostile);
void to_json(nlohmann::json &json, const DaemonReport &daemon);
void from_json(const nlohmann::json &json, DaemonReport &daemon);
void to_json(nlohmann::json &json, const DownReport &down);
void from_json(const nlohmann::json &json, DownReport &down);
void to_json(nlohmann::json &json, const RecoverySummary &recovery);
void from_json(const nlohmann::json &json, RecoverySummary &recovery);
void to_json(nlohmann::json &json, const RunRecord &run);
void from_json(const nlohmann::json &json, RunRecord &run);
void to_json(nlohmann::json &json, const ArmSummary &summary);
void from_json(const nlohmann::json &json, ArmSummary &summary);
void to_json(nlohmann::json &json, const CampaignResult &campaign);
void from_json(const nlohmann::json &json, CampaignResult &campaign);

/// Reads a campaign from JSON text. The error says what is wrong and where.
Result<CampaignResult> parse_campaign(std::string_view text);

} // namespace netswap
