// SPDX-License-Identifier: GPL-2.0
// Where the daemon's words go: the journal with fields, the kernel log, or stderr; and the service
// manager's notification socket. Everything is opened at the start; no heap later.
#pragma once

#include <array>

#include <sys/un.h>

#include "keeper/world.h"
#include "lib/fd.h"

namespace netswap::keeper {

class Reporter {
  public:
    enum class Target { journal, kernel_log, standard_error };

    /// `area` is a field of each journal entry. The journal is used if it is there and `target`
    /// asks for it; if it is not, stderr is.
    Reporter(Target target, const char *area);

    /// Never blocks: what cannot be taken at once is lost.
    void log(Level level, const char *text);
    /// Does nothing unless NOTIFY_SOCKET was set when the object was made.
    void notify(const char *text);

  private:
    void to_journal(Level level, const char *text);

    Target target_;
    std::array<char, 32> area_{};
    Fd log_;
    Fd notify_;
    sockaddr_un notify_address_{};
    socklen_t notify_length_ = 0;
};

} // namespace netswap::keeper
