// SPDX-License-Identifier: GPL-2.0
#include "guest/kmsg.h"
#include "guest/ktap.h"
#include "guest/leak_report.h"
#include "guest/modules.h"
#include "target.h"
#include "targets.h"

namespace netswap::fuzz {

void kernel_log(std::string_view input) {
    for (const auto &test : guest::parse_ktap(input))
        require(!(test.skip && test.name.empty() && test.suite.empty() && !test.ok),
                "a result of nothing");
    require(guest::leaks_in_words(input).find('\n') == std::string::npos, "leaks in several lines");
    for (auto rest = input; !rest.empty();)
        (void)guest::is_kernel_fault(take_line(rest));
    for (const auto &name : guest::module_dependencies(input))
        require(!name.empty() && name.find(',') == std::string::npos, "a module of two names");
}

} // namespace netswap::fuzz
