// SPDX-License-Identifier: GPL-2.0
#include "guest/modules_end.h"

#include "guest/cpus.h"
#include "guest/modules.h"
#include "guest/state.h"
#include "guest/sysfile.h"

namespace netswap::guest {
namespace {

std::string reads(const std::string &file) {
    return read_word(reserve_dir + file).value_or("nothing");
}

} // namespace

Result<void> end_modules(const std::vector<std::string> &modules) {
    if (auto done = stop_cpus(); !done)
        return with_context(done.error(), "after the storm");
    for (auto name = modules.rbegin(); name != modules.rend(); ++name)
        if (auto done = unload_module(*name); !done)
            return with_context(done.error(), "after the storm");
    if (const auto pages = reads("emergency_pages"); pages != "0")
        return fail("after the modules went, " + pages + " pages are kept below the watermarks");
    const auto policy = reads("policy");
    for (const char *group : reserve_groups)
        if (const auto who = reads(group); who != policy)
            return fail("after the modules went, " + std::string(group) + " is answered by " + who);
    return {};
}

} // namespace netswap::guest
