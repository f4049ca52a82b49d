// SPDX-License-Identifier: GPL-2.0
#include "guest/hostile_parse.h"

#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

void guest_tables(std::string_view input) {
    for (const auto &facts :
         {guest::udp_facts(input, 7), guest::tcp_facts(input, 7), guest::packet_facts(input),
          guest::fragment_facts(input), guest::netfilter_queue_facts(input),
          guest::neighbour_facts(input, "eth0")})
        for (const auto &[name, value] : facts)
            require(!name.empty(), "a fact without a name");
}

} // namespace netswap::fuzz
