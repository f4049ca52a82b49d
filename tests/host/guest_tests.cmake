# SPDX-License-Identifier: GPL-2.0
# The parts of the guest that need no kernel.
set(NETSWAP_GUEST_TESTS
    guest_bench_programs_test.cpp
    guest_bench_test.cpp
    guest_churn_test.cpp
    guest_config_test.cpp
    guest_failing_allocations_test.cpp
    guest_hostile_test.cpp
    guest_ktap_test.cpp
    guest_leak_finder_test.cpp
    guest_leak_report_test.cpp
    guest_parse_test.cpp
    guest_pattern_test.cpp
    guest_reserve_drain_test.cpp
)

find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
    add_test(NAME mkinitramfs
        COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/qemu/guest/mkinitramfs_test.py)
    set_tests_properties(mkinitramfs PROPERTIES TIMEOUT 120)
endif()
