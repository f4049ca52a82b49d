# SPDX-License-Identifier: GPL-2.0
# Test files of the report; included by CMakeLists.txt beside it.
set(NETSWAP_REPORT_TESTS
    report_campaign.cpp
    report_html_test.cpp
    report_markup_test.cpp
    report_schema_test.cpp
    report_statistics_test.cpp
    report_summary_test.cpp
    report_table_test.cpp
    report_timeline_test.cpp
)
