// SPDX-License-Identifier: GPL-2.0
#include "matrix/matrix_fixture.h"

#include "report_campaign.h"

namespace netswap::test {

MatrixSession make_session() {
    MatrixSession session;
    session.host = {"tcg", "7.2", 2, "6.1.0", "2026-11-21T12:00:00Z"};
    session.runs = 4;
    session.arms = {"bare", "mainline", "netswap"};
    session.dimensions = {
        {"mem", {"128M", "256M"}}, {"conns", {"1"}}, {"min-free", {"default", "300K"}}};
    session.options = {{"sysctl", {"vm.swappiness=10", "vm.page-cluster=0"}}};
    session.artefacts = {{"6.12 kernel", "00"}, {"6.12 image", "11"}};
    return session;
}

MatrixState make_matrix() {
    MatrixState state;
    state.sessions = {make_session()};
    for (const auto &mem : state.sessions[0].dimensions[0].values)
        for (const auto &min_free : state.sessions[0].dimensions[2].values)
            for (const auto &arm : state.sessions[0].arms)
                for (int run = 0; run < 4; run++) {
                    const bool hangs =
                        arm == "bare" || (arm == "mainline" && min_free == "300K" && run < 2);
                    auto record = make_run(arm, run, hangs ? Verdict::hang : Verdict::pass);
                    record.samples.clear();
                    state.runs.push_back(
                        {{{"mem", mem}, {"conns", "1"}, {"min-free", min_free}}, record});
                }
    return state;
}

} // namespace netswap::test
