// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string_view>

namespace netswap::fuzz {

void area_state(std::string_view input);    ///< RUN/NAME.json
void arms(std::string_view input);          ///< --arms of storm and bench
void bench_counts(std::string_view input);  ///< what the guest of a bench counted
void campaign(std::string_view input);      ///< JSON of a storm, its table and page
void config(std::string_view input);        ///< netswap.toml
void console(std::string_view input);       ///< what a guest's kernel printed
void faults(std::string_view input);        ///< --faults and --hostile
void first_page(std::string_view input);    ///< what an NBD server sends as its swap header
void guest_config(std::string_view input);  ///< the host's orders for the guest
void guest_message(std::string_view input); ///< a line of the verdict channel
void guest_tables(
    std::string_view input);             ///< tables of sockets and queues, as the guest reads them
void handshake(std::string_view input);  ///< what an NBD server sends
void http(std::string_view input);       ///< a request to `netswap metrics`, and --listen
void kernel_log(std::string_view input); ///< KTAP, leak reports, faults, a module's file
void ledger(std::string_view input);     ///< RUN/min_free
void live_page(std::string_view input);  ///< RUN/NAME.live
void matrix(std::string_view input);     ///< matrix.jsonl, its table and page
void monitor(std::string_view input);    ///< QEMU's monitor
void nbd_stream(std::string_view input); ///< both sides of a connection, as the lab relays it
void netlink(std::string_view input);    ///< messages of netswap, nbd and rtnetlink
void proc(std::string_view input);       ///< files of /proc
void recording(std::string_view input);  ///< recording.json of a run to replay
void runs(std::string_view input);       ///< --from of a search
void sizes(std::string_view input);      ///< sizes, times, lists
void storm_options(std::string_view input); ///< the options of a storm, one a line
void uri(std::string_view input);           ///< NBD URIs and settings of an area

} // namespace netswap::fuzz
