# SPDX-License-Identifier: GPL-2.0
# What is fuzzed; here its corpus is replayed. `make fuzz` builds the same files with libFuzzer.
include(${PROJECT_SOURCE_DIR}/tests/fuzz/targets.cmake)
set(NETSWAP_FUZZ_TESTS
    fuzz_corpus_test.cpp
    ${NETSWAP_FUZZ_TARGETS}
)
