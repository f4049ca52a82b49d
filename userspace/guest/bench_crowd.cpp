// SPDX-License-Identifier: GPL-2.0
#include "guest/bench_crowd.h"

#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace netswap::guest {
namespace {

constexpr int processes = 96; ///< more than the first chunk has room for, more than run at once

Result<pid_t> sleeping_process() {
    const pid_t child = ::fork();
    if (child < 0)
        return os_error("fork");
    if (child > 0)
        return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        ::pause();
}

} // namespace

Result<void> make_crowd() {
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        const auto child = sleeping_process();
        if (!child)
            return tl::unexpected(child.error());
        children.push_back(*child);
    }
    for (std::size_t i = 0; i < children.size(); i += 2)
        if (::kill(children[i], SIGKILL) != 0 || ::waitpid(children[i], nullptr, 0) != children[i])
            return os_error("ending a process");
    return {};
}

} // namespace netswap::guest
