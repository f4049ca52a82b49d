// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>

#include "lib/fd.h"
#include "lib/result.h"

namespace netswap {

/// Goes on in the background. The starter waits until the daemon says how its start went.
class Detached {
  public:
    /// Forks. In the starter the result holds the exit code to end with; in the daemon it is
    /// empty, and `out` must be told.
    static Result<std::optional<int>> start(Detached &out);

    /// The daemon watches; the starter ends with 0.
    void ready();
    /// The start failed; the starter ends with `code`. Its message is on stderr already.
    void failed(int code);

  private:
    void tell(unsigned char code);
    Fd pipe_;
};

} // namespace netswap
