# SPDX-License-Identifier: GPL-2.0
# Tests of what runs on a live machine; on the host they see fake trees and fake kernels.
set(NETSWAP_LIVE_TESTS
    live/area_check_test.cpp
    live/area_state_test.cpp
    live/config_file_test.cpp
    live/doctor_machine_test.cpp
    live/doctor_swap_test.cpp
    live/generator_test.cpp
    live/handshake_test.cpp
    live/machine_facts_test.cpp
    live/marks_message_test.cpp
    live/metrics_test.cpp
    live/nbd_uri_test.cpp
    live/reserve_plan_test.cpp
    live/reserve_tree_test.cpp
    live/reserve_test.cpp
    live/server_shield_test.cpp
    live/set_up_test.cpp
    live/sockets_test.cpp
    live/tcp_table_test.cpp
    live/watermarks_test.cpp
    live/event_test.cpp
    live/fake_tree.cpp
    live/snapshot_test.cpp
    live/status_test.cpp
    live/top_test.cpp
)
