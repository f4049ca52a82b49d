# SPDX-License-Identifier: GPL-2.0
# Test files of matrix and shrink; included by CMakeLists.txt beside it.
set(NETSWAP_MATRIX_TESTS
    matrix/grid_test.cpp
    matrix/journal_test.cpp
    matrix/matrix_arms_test.cpp
    matrix/matrix_record_test.cpp
    matrix/matrix_report_test.cpp
    matrix/matrix_fixture.cpp
    matrix/shrinker_test.cpp
    matrix/trial_record_test.cpp
)
