# SPDX-License-Identifier: GPL-2.0
# The targets, without libFuzzer's entry.
set(NETSWAP_FUZZ_TARGETS
    arms.cpp
    config.cpp
    console.cpp
    faults.cpp
    guest_orders.cpp
    guest_tables.cpp
    handshake.cpp
    http.cpp
    kernel_log.cpp
    lab_input.cpp
    netlink.cpp
    proc.cpp
    records.cpp
    sizes.cpp
    state_files.cpp
    storm_options.cpp
    target.cpp
    uri.cpp
)
list(TRANSFORM NETSWAP_FUZZ_TARGETS PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
