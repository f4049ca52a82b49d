// SPDX-License-Identifier: GPL-2.0
#include "report/matrix_figures.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/arm.h"
#include "lib/storm_setting.h"
#include "lib/text.h"

namespace netswap {

namespace {

bool asked_for(const MatrixSession &session, const std::vector<Dimension> &dimensions,
               const std::vector<std::string> &values) {
    for (std::size_t i = 0; i < values.size(); i++) {
        const auto &list = session.dimensions;
        const auto it = std::find_if(list.begin(), list.end(), [&](const auto &dimension) {
            return dimension.name == dimensions[i].name;
        });
        if (it == list.end() ||
            std::find(it->values.begin(), it->values.end(), values[i]) == it->values.end())
            return false;
    }
    return true;
}

/// Every combination of values that a session asked for, the last dimension turning fastest.
std::vector<MatrixScenario> scenarios_of(const MatrixState &state,
                                         const std::vector<Dimension> &dimensions) {
    std::vector<MatrixScenario> list(1);
    for (const auto &dimension : dimensions) {
        std::vector<MatrixScenario> longer;
        for (const auto &scenario : list)
            for (const auto &value : dimension.values) {
                longer.push_back(scenario);
                longer.back().values.push_back(value);
            }
        list = std::move(longer);
    }
    std::erase_if(list, [&](const auto &scenario) {
        return std::none_of(state.sessions.begin(), state.sessions.end(), [&](const auto &one) {
            return asked_for(one, dimensions, scenario.values);
        });
    });
    return list;
}

/// The most runs of the arm in this scenario that one session asked for.
int runs_asked_for(const MatrixState &state, const std::vector<Dimension> &dimensions,
                   const MatrixScenario &scenario, const std::string &arm) {
    int runs = 0;
    for (const auto &session : state.sessions)
        if (std::find(session.arms.begin(), session.arms.end(), arm) != session.arms.end() &&
            asked_for(session, dimensions, scenario.values))
            runs = std::max(runs, session.runs);
    return runs;
}

std::vector<std::string> values_of(const MatrixRun &run, const std::vector<Dimension> &dimensions) {
    std::vector<std::string> values;
    for (const auto &dimension : dimensions) {
        const auto it = run.cell.find(dimension.name);
        values.push_back(it == run.cell.end() ? "" : it->second);
    }
    return values;
}

std::vector<std::string> complete_arms(const std::vector<std::string> &names) {
    std::vector<std::string> list;
    for (const auto &name : names)
        if (const auto arm = parse_arm(name); arm && arm->complete())
            list.push_back(name);
    return list;
}

std::vector<StopKind> stops_of(const MatrixFigures &figures) {
    std::vector<std::size_t> all(figures.session.dimensions.size());
    for (std::size_t i = 0; i < all.size(); i++)
        all[i] = i;
    std::map<std::string, StopKind> kinds;
    for (const auto &scenario : figures.scenarios)
        for (const auto &run : scenario.runs) {
            if (run.verdict == Verdict::pass)
                continue;
            auto shape = cycle_shape(run);
            if (shape.empty())
                shape = run.message;
            auto &kind = kinds[fmt::format("{} {}", to_string(run.verdict), shape)];
            if (!kind.example) {
                kind.example = &run;
                kind.cell = fmt::format("{}, {}", run.arm, figures.name_of(scenario, all));
            }
            kind.arms[run.arm]++;
        }
    std::vector<StopKind> list;
    for (auto &[shape, kind] : kinds)
        list.push_back(std::move(kind));
    const auto runs = [](const StopKind &kind) {
        int sum = 0;
        for (const auto &[arm, count] : kind.arms)
            sum += count;
        return sum;
    };
    std::stable_sort(list.begin(), list.end(),
                     [&](const auto &a, const auto &b) { return runs(a) > runs(b); });
    return list;
}

} // namespace

const ArmFigures *MatrixScenario::of(const std::string &arm) const {
    const auto it =
        std::find_if(arms.begin(), arms.end(), [&](const auto &one) { return one.arm == arm; });
    return it == arms.end() ? nullptr : &*it;
}

const MatrixScenario *MatrixFigures::scenario(const std::vector<std::string> &values) const {
    const auto it = std::find_if(scenarios.begin(), scenarios.end(),
                                 [&](const auto &one) { return one.values == values; });
    return it == scenarios.end() ? nullptr : &*it;
}

std::string MatrixFigures::name_of(const MatrixScenario &scenario,
                                   const std::vector<std::size_t> &dimensions) const {
    std::string text;
    for (const auto i : dimensions)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", session.dimensions[i].name,
                            scenario.values[i]);
    return text;
}

std::string MatrixFigures::fixed_text() const {
    std::string text;
    for (const auto &dimension : session.dimensions)
        if (dimension.values.size() == 1)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", dimension.name,
                                dimension.values.front());
    return text;
}

MatrixFigures matrix_figures(const MatrixState &state) {
    MatrixFigures figures;
    figures.session = state.whole();
    const auto &dimensions = figures.session.dimensions;
    for (std::size_t i = 0; i < dimensions.size(); i++)
        if (dimensions[i].values.size() > 1)
            figures.varied.push_back(i);
    figures.complete = complete_arms(figures.session.arms);
    figures.scenarios = scenarios_of(state, dimensions);
    for (auto &scenario : figures.scenarios) {
        for (const auto &run : state.runs)
            if (values_of(run, dimensions) == scenario.values)
                scenario.runs.push_back(run.record);
        scenario.arms = arm_figures(scenario.runs);
        figures.made += static_cast<int>(scenario.runs.size());
    }
    for (const auto &scenario : figures.scenarios)
        for (const auto &arm : figures.session.arms)
            figures.asked += runs_asked_for(state, dimensions, scenario, arm);
    figures.stops = stops_of(figures);
    return figures;
}

std::string matrix_command(const MatrixSession &session) {
    auto line = fmt::format("netswap matrix --arms {}", shell_word(join(session.arms, ",")));
    for (const auto &dimension : session.dimensions)
        line += fmt::format(" --{} {}", dimension.name, shell_word(join(dimension.values, ",")));
    for (const auto &[name, values] : session.options)
        for (const auto &value : values)
            line += fmt::format(" --{} {}", name, shell_word(value));
    return line + fmt::format(" --runs {} --seed {}", session.runs, session.seed);
}

} // namespace netswap
