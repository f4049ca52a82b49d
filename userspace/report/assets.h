// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string_view>

namespace netswap {

/// Contents of page.css, matrix.css and page.js, built in. Neither holds "</style" or "</script".
std::string_view page_css();
std::string_view matrix_css();
std::string_view page_js();

} // namespace netswap
