// SPDX-License-Identifier: GPL-2.0
#include "lib/hostile_rig.h"

namespace netswap {

Status HostileRig::begin() {
    if (auto ok = generator_.start(); !ok)
        return ok;
    running_ = true;
    began_ = clock_.now();
    if (link_ != nullptr) {
        at_begin_ = link_->counts();
        link_->bad(true);
    }
    return {};
}

std::vector<HostileRecord> HostileRig::end() {
    if (!running_)
        return {};
    running_ = false;
    auto records = generator_.stop();
    if (link_ == nullptr)
        return records;
    link_->bad(false);
    auto record = link_->counts();
    for (const auto kind : {HostileKind::loss1, HostileKind::loss5})
        if (asks_for(kinds_, kind))
            record.kind = to_string(kind);
    record.packets -= at_begin_.packets;
    record.refused -= at_begin_.refused;
    record.seconds = clock_.now() - began_;
    records.push_back(std::move(record));
    return records;
}

} // namespace netswap
