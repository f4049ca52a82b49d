// SPDX-License-Identifier: GPL-2.0
// netswap-generator: systemd runs it early at boot and at every daemon-reload, with three
// directories for units; the first one is for what neither overrides nor is overridden.
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "generator/generate.h"
#include "lib/error_line.h"
#include "lib/fd.h"
#include "lib/result.h"

namespace {

/// Nobody reads our stderr when systemd runs us, and there is no journal yet: the kernel's log is
/// what is left.
void complain(const std::string &what) {
    const auto line = netswap::error_line("netswap-generator", {what});
    const netswap::Fd kmsg(::getppid() == 1 || ::secure_getenv("SYSTEMD_SCOPE") != nullptr
                               ? ::open("/dev/kmsg", O_WRONLY | O_CLOEXEC)
                               : -1);
    const auto out = kmsg.valid() ? "<4>" + line : line;
    [[maybe_unused]] auto written =
        ::write(kmsg.valid() ? kmsg.get() : STDERR_FILENO, out.data(), out.size());
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2 && argc != 4) {
        fmt::print(stderr, "usage: netswap-generator NORMAL-DIR [EARLY-DIR LATE-DIR]\n");
        return netswap::exit_bad_input;
    }
    // An initrd has no /etc/netswap of its own, and swap is not what it is there for.
    if (const char *initrd = ::secure_getenv("SYSTEMD_IN_INITRD");
        initrd != nullptr && std::string_view(initrd) == "1")
        return netswap::exit_ok;
    netswap::generate_units(netswap::live::Paths(), argv[1], complain);
    return netswap::exit_ok;
}
