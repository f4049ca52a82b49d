// SPDX-License-Identifier: GPL-2.0
#include "matrix/trial_record.h"

#include <fmt/format.h>

#include "lib/json_field.h"
#include "lib/storm_setting.h"
#include "lib/text.h"

namespace netswap {

using nlohmann::json;

namespace {

/// Why runs of one search must not decide the other; "" if they may.
std::string difference(const ShrinkSession &then, const ShrinkSession &now) {
    if (then.start != now.start)
        return fmt::format("began with another scenario, {}", then.start);
    if (then.accel != now.accel)
        return fmt::format("was made with --accel {}, now it is {}", then.accel, now.accel);
    for (const auto &[name, print] : now.artefacts)
        if (const auto it = then.artefacts.find(name);
            it != then.artefacts.end() && it->second != print)
            return fmt::format("was made with another {} ({}, now {})", name, it->second, print);
    return "";
}

void collect(const json &object, std::vector<RunRecord> &runs) {
    if (const auto it = object.find("runs"); it != object.end() && it->is_array())
        it->get_to(runs);
    else if (object.contains("record"))
        runs.push_back(object.at("record").get<RunRecord>());
    else if (object.contains("arm") && object.contains("params"))
        runs.push_back(object.get<RunRecord>());
}

} // namespace

void to_json(json &out, const ShrinkSession &session) {
    out = {{"netswap_shrink", 1},
           {"start", session.start},
           {"accel", session.accel},
           {"artefacts", session.artefacts}};
}

void from_json(const json &in, ShrinkSession &session) {
    in.at("start").get_to(session.start);
    in.at("accel").get_to(session.accel);
    in.at("artefacts").get_to(session.artefacts);
}

Result<RecordedRunner> RecordedRunner::open(Journal &journal, const ShrinkSession &session,
                                            TrialRunner &runner) {
    RecordedRunner recorded(journal, runner);
    const auto &lines = journal.lines();
    for (std::size_t i = 0; i < lines.size(); i++) {
        try {
            if (i == 0) {
                if (json_field::value(lines[i], "netswap_shrink", 0) != 1)
                    return fail("is no record of a search: give another --out", exit_bad_input);
                if (const auto why = difference(lines[i].get<ShrinkSession>(), session);
                    !why.empty())
                    return fail(fmt::format("this search {}: give another --out", why),
                                exit_bad_input);
                continue;
            }
            int trial = 0;
            json_field::get(lines[i].at("trial"), trial);
            recorded.runs_[{lines[i].at("candidate").get<std::string>(), trial}] =
                lines[i].at("record").get<RunRecord>();
        } catch (const json::exception &error) {
            return fail(fmt::format("line {}: {}", i + 1, error.what()), exit_bad_input);
        }
    }
    recorded.found_ = recorded.runs_.size();
    if (lines.empty())
        if (auto ok = journal.append(session); !ok)
            return tl::unexpected(ok.error());
    return recorded;
}

Result<std::optional<RunRecord>> RecordedRunner::run(const StormArguments &scenario, int trial) {
    const auto command = storm_command(scenario);
    if (const auto it = runs_.find({command, trial}); it != runs_.end())
        return it->second;
    auto record = runner_.run(scenario, trial);
    if (!record || !*record)
        return record;
    (*record)->samples.clear(); // they are in the log directory
    if (auto ok = journal_.append({{"candidate", command}, {"trial", trial}, {"record", **record}});
        !ok)
        return tl::unexpected(ok.error());
    return record;
}

Result<std::vector<RunRecord>> runs_of_text(const std::string &text, const std::string &file) {
    std::vector<RunRecord> runs;
    try {
        const auto whole = json::parse(text, nullptr, false);
        if (whole.is_object()) {
            collect(whole, runs);
        } else {
            for (const auto line : split(text, '\n'))
                if (const auto object = json::parse(line, nullptr, false); object.is_object())
                    collect(object, runs);
        }
    } catch (const json::exception &error) {
        return fail(fmt::format("{}: {}", file, error.what()), exit_bad_input);
    }
    if (runs.empty())
        return fail(fmt::format("{}: has no run: give the JSON of a storm, a record of it, "
                                "matrix.jsonl or shrink.jsonl",
                                file),
                    exit_bad_input);
    return runs;
}

} // namespace netswap
