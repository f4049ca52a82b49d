# SPDX-License-Identifier: GPL-2.0
# The schema and the page's style and script are built in, so that the tool is one file.
foreach(pair "SCHEMA storm.schema.json" "CSS page.css" "MATRIX_CSS matrix.css" "JS page.js")
    separate_arguments(pair)
    list(GET pair 0 name)
    list(GET pair 1 file)
    file(READ ${CMAKE_CURRENT_LIST_DIR}/${file} REPORT_${name})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/${file})
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/embedded.cpp.in embedded.cpp @ONLY)
