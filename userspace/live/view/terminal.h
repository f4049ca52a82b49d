// SPDX-License-Identifier: GPL-2.0
// A terminal that is drawn over and over; as it was when the object goes away.
#pragma once

#include <string>
#include <vector>

#include <termios.h>

#include "lib/fd.h"
#include "lib/result.h"

namespace netswap::live {

/// The bytes that put `lines` on a screen whatever is there.
std::string screen_bytes(const std::vector<std::string> &lines);

class Terminal {
  public:
    /// `in` need be no terminal; then there are no keys. Blocks the signals that end or resize a
    /// program, and takes them in wait().
    static Result<Terminal> open(int in, int out);
    Terminal(Terminal &&other) noexcept;
    Terminal &operator=(Terminal &&) = delete;
    ~Terminal();

    void draw(const std::vector<std::string> &lines) const;
    [[nodiscard]] int columns() const;
    [[nodiscard]] int rows() const;

    enum class Happened { timeout, redraw, quit };
    /// Until a key, a signal or the time is up. `q`, Ctrl-C and a signal to end: quit.
    Happened wait(int timeout_ms);

  private:
    Terminal(int in, int out, Fd signals) : in_(in), out_(out), signals_(std::move(signals)) {}
    void enter();
    void leave();
    Happened take_signal();

    int in_, out_;
    Fd signals_;
    bool entered_ = false, keys_ = false;
    termios before_{};
};

} // namespace netswap::live
