// SPDX-License-Identifier: GPL-2.0
// The JSON form of what a hostile storm adds to a record.
#include "lib/json_field.h"
#include "lib/record.h"

namespace netswap {

using json_field::read;
using nlohmann::json;

void to_json(json &json, const HostileRecord &hostile) {
    json = {{"kind", hostile.kind},
            {"seconds", hostile.seconds},
            {"packets", hostile.packets},
            {"bytes", hostile.bytes},
            {"connections", hostile.connections},
            {"refused", hostile.refused},
            {"lost", hostile.lost},
            {"overtaken", hostile.overtaken},
            {"exhausted", hostile.exhausted}};
}

void from_json(const json &json, HostileRecord &hostile) {
    read(json, "kind", hostile.kind);
    read(json, "seconds", hostile.seconds);
    read(json, "packets", hostile.packets);
    read(json, "bytes", hostile.bytes);
    read(json, "connections", hostile.connections);
    read(json, "refused", hostile.refused);
    read(json, "lost", hostile.lost);
    read(json, "overtaken", hostile.overtaken);
    read(json, "exhausted", hostile.exhausted);
}

} // namespace netswap
