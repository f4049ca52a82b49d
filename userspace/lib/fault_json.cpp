// SPDX-License-Identifier: GPL-2.0
// The JSON form of what a storm with faults adds to a record.
#include "lib/json_field.h"
#include "lib/record.h"

namespace netswap {

using json_field::or_null;
using json_field::read;
using nlohmann::json;

void to_json(json &json, const FaultRecord &fault) {
    json = {{"kind", fault.kind},
            {"t", fault.t},
            {"lasted_s", fault.lasted_s},
            {"recovery_s", or_null(fault.recovery_s)},
            {"after_end_s", or_null(fault.after_end_s)},
            {"watching_s", or_null(fault.watching_s)},
            {"hits", or_null(fault.hits)}};
}

void from_json(const json &json, FaultRecord &fault) {
    read(json, "kind", fault.kind);
    read(json, "t", fault.t);
    read(json, "lasted_s", fault.lasted_s);
    read(json, "recovery_s", fault.recovery_s);
    read(json, "after_end_s", fault.after_end_s);
    read(json, "watching_s", fault.watching_s);
    read(json, "hits", fault.hits);
}

void to_json(json &json, const DaemonReport &daemon) {
    json = {{"pid", daemon.pid},
            {"rss_kb", daemon.rss_kb},
            {"locked_kb", daemon.locked_kb},
            {"peak_kb", daemon.peak_kb},
            {"mlocked", daemon.mlocked},
            {"adoptions", daemon.adoptions},
            {"reconnects", daemon.reconnects},
            {"attempts_failed", daemon.attempts_failed},
            {"link_dead_events", daemon.link_dead_events},
            {"heap_calls", daemon.heap_calls},
            {"last_recovery_s", daemon.last_recovery_s},
            {"worst_recovery_s", daemon.worst_recovery_s},
            {"recoveries_s", daemon.recoveries_s}};
}

void from_json(const json &json, DaemonReport &daemon) {
    read(json, "pid", daemon.pid);
    read(json, "rss_kb", daemon.rss_kb);
    read(json, "locked_kb", daemon.locked_kb);
    read(json, "peak_kb", daemon.peak_kb);
    read(json, "mlocked", daemon.mlocked);
    read(json, "adoptions", daemon.adoptions);
    read(json, "reconnects", daemon.reconnects);
    read(json, "attempts_failed", daemon.attempts_failed);
    read(json, "link_dead_events", daemon.link_dead_events);
    read(json, "heap_calls", daemon.heap_calls);
    read(json, "last_recovery_s", daemon.last_recovery_s);
    read(json, "worst_recovery_s", daemon.worst_recovery_s);
    read(json, "recoveries_s", daemon.recoveries_s);
}

void to_json(json &json, const DownReport &down) {
    json = {{"ok", down.ok}, {"seconds", down.seconds}, {"message", down.message}};
}

void from_json(const json &json, DownReport &down) {
    read(json, "ok", down.ok);
    read(json, "seconds", down.seconds);
    read(json, "message", down.message);
}

void to_json(json &json, const RecoverySummary &recovery) {
    json = {{"kind", recovery.kind},
            {"made", recovery.made},
            {"healed", recovery.healed},
            {"median_s", or_null(recovery.median_s)},
            {"worst_s", or_null(recovery.worst_s)},
            {"after_end_median_s", or_null(recovery.after_end_median_s)},
            {"after_end_worst_s", or_null(recovery.after_end_worst_s)}};
}

void from_json(const json &json, RecoverySummary &recovery) {
    read(json, "kind", recovery.kind);
    read(json, "made", recovery.made);
    read(json, "healed", recovery.healed);
    read(json, "median_s", recovery.median_s);
    read(json, "worst_s", recovery.worst_s);
    read(json, "after_end_median_s", recovery.after_end_median_s);
    read(json, "after_end_worst_s", recovery.after_end_worst_s);
}

} // namespace netswap
