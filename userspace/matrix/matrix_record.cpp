// SPDX-License-Identifier: GPL-2.0
#include "matrix/matrix_record.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lib/json_field.h"

namespace netswap {

using json_field::read;
using nlohmann::json;

namespace {

void add_new(std::vector<std::string> &list, const std::vector<std::string> &more) {
    for (const auto &one : more)
        if (std::find(list.begin(), list.end(), one) == list.end())
            list.push_back(one);
}

std::vector<std::string> names_of(const std::vector<Dimension> &dimensions) {
    std::vector<std::string> names;
    for (const auto &dimension : dimensions)
        names.push_back(dimension.name);
    return names;
}

std::string options_text(const MatrixSession &session) {
    std::string text;
    for (const auto &[name, values] : session.options)
        for (const auto &value : values)
            text += fmt::format("{}--{} {}", text.empty() ? "" : " ", name, value);
    return text.empty() ? "no further option" : text;
}

} // namespace

bool MatrixState::has(const Cell &cell, int run) const {
    return std::any_of(runs.begin(), runs.end(), [&](const MatrixRun &one) {
        if (one.record.arm != cell.arm || one.record.run != run)
            return false;
        for (std::size_t i = 0; i < cell.names.size(); i++)
            if (const auto it = one.cell.find(cell.names[i]);
                it == one.cell.end() || it->second != cell.values[i])
                return false;
        return true;
    });
}

MatrixSession MatrixState::whole() const {
    MatrixSession all;
    for (const auto &session : sessions) {
        all.host = session.host;
        all.seed = session.seed;
        all.options = session.options;
        all.runs = std::max(all.runs, session.runs);
        add_new(all.arms, session.arms);
        for (const auto &dimension : session.dimensions) {
            auto it = std::find_if(all.dimensions.begin(), all.dimensions.end(),
                                   [&](const auto &one) { return one.name == dimension.name; });
            if (it == all.dimensions.end())
                all.dimensions.push_back(dimension);
            else
                add_new(it->values, dimension.values);
        }
        all.artefacts.insert(session.artefacts.begin(), session.artefacts.end());
    }
    return all;
}

void to_json(json &out, const MatrixSession &s) {
    auto dimensions = json::array();
    for (const auto &dimension : s.dimensions)
        dimensions.push_back({{"name", dimension.name}, {"values", dimension.values}});
    out = {{"netswap_matrix", 1},
           {"host",
            {{"accel", s.host.accel},
             {"qemu", s.host.qemu},
             {"cpus", s.host.cpus},
             {"kernel", s.host.kernel},
             {"started", s.host.started}}},
           {"seed", s.seed},
           {"runs", s.runs},
           {"arms", s.arms},
           {"dimensions", std::move(dimensions)},
           {"options", s.options},
           {"artefacts", s.artefacts}};
}

void from_json(const json &in, MatrixSession &s) {
    const auto &host = in.at("host");
    read(host, "accel", s.host.accel);
    read(host, "qemu", s.host.qemu);
    read(host, "cpus", s.host.cpus);
    read(host, "kernel", s.host.kernel);
    read(host, "started", s.host.started);
    json_field::get(in.at("seed"), s.seed);
    json_field::get(in.at("runs"), s.runs);
    json_field::get(in.at("arms"), s.arms);
    s.dimensions.clear();
    for (const auto &one : in.at("dimensions"))
        s.dimensions.push_back(
            {one.at("name").get<std::string>(), one.at("values").get<std::vector<std::string>>()});
    json_field::get(in.at("options"), s.options);
    json_field::get(in.at("artefacts"), s.artefacts);
}

void to_json(json &out, const MatrixRun &run) {
    out = {{"cell", run.cell}, {"record", run.record}};
    out["record"]["samples"] = json::array();
}

void from_json(const json &in, MatrixRun &run) {
    json_field::get(in.at("cell"), run.cell);
    json_field::get(in.at("record"), run.record);
}

Result<MatrixState> matrix_state(const std::vector<json> &lines, const std::string &file) {
    MatrixState state;
    for (std::size_t i = 0; i < lines.size(); i++) {
        try {
            if (lines[i].contains("netswap_matrix")) {
                if (lines[i]["netswap_matrix"] != 1)
                    return fail(fmt::format("{}:{}: was written by another version of netswap",
                                            file, i + 1),
                                exit_bad_input);
                state.sessions.push_back(lines[i].get<MatrixSession>());
            } else {
                state.runs.push_back(lines[i].get<MatrixRun>());
            }
        } catch (const json::exception &error) {
            return fail(fmt::format("{}:{}: {}", file, i + 1, error.what()), exit_bad_input);
        }
    }
    if (!state.runs.empty() && state.sessions.empty())
        return fail(fmt::format("{}: has runs, but not what they were asked for", file),
                    exit_bad_input);
    return state;
}

Status same_experiment(const MatrixSession &earlier, const MatrixSession &now) {
    const auto differ = [](std::string_view what, const auto &then, const auto &today) {
        return fail(fmt::format("these runs were made with {} {}, now it is {}: give another --out",
                                what, then, today),
                    exit_bad_input);
    };
    for (const auto &[name, print] : now.artefacts)
        if (const auto it = earlier.artefacts.find(name);
            it != earlier.artefacts.end() && it->second != print)
            return fail(fmt::format("the {} is not the one these runs were made with ({}, now {}): "
                                    "give another --out",
                                    name, it->second, print),
                        exit_bad_input);
    if (earlier.options != now.options)
        return differ("the options", options_text(earlier), options_text(now));
    if (names_of(earlier.dimensions) != names_of(now.dimensions))
        return differ("the dimensions",
                      fmt::format("{}", fmt::join(names_of(earlier.dimensions), ", ")),
                      fmt::format("{}", fmt::join(names_of(now.dimensions), ", ")));
    if (earlier.seed != now.seed)
        return differ("--seed", earlier.seed, now.seed);
    if (earlier.host.accel != now.host.accel)
        return differ("--accel", earlier.host.accel, now.host.accel);
    return {};
}

std::string session_key(const MatrixSession &s) {
    std::string text = fmt::format("{} {} {}", s.seed, s.host.accel, options_text(s));
    for (const auto &name : names_of(s.dimensions))
        text += " " + name;
    for (const auto &[name, print] : s.artefacts)
        text += fmt::format(" {} {}", name, print);
    return short_hash(text);
}

} // namespace netswap
