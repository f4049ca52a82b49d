// SPDX-License-Identifier: GPL-2.0
// Running another program with a time limit.
#pragma once

#include "guest/base.h"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace netswap::guest {

/// From now on limits of children are so many times as long.
void be_patient(int times);
/// How many times, 1 unless be_patient() was called.
int patience();

struct ProcessEnd {
    int status = 0;         ///< as from waitpid
    bool timed_out = false; ///< it was killed by us

    [[nodiscard]] bool ok() const { return !timed_out && status == 0; }
    /// "exit status 2", "killed by signal 9 (Killed)", "no answer in time"
    [[nodiscard]] std::string describe() const;
};

/// A child that runs either a program or a function of ours. It gets a pipe whose
/// reading end stays here; it is killed when this object goes away.
class Child {
  public:
    /// Stdout and stderr of the program go into the pipe; argv[0] is a path. `prepare` runs in
    /// the child before the program does; if it says false, the exit status is 126.
    static Result<Child> run(const std::vector<std::string> &argv,
                             const std::function<bool()> &prepare = {});
    /// `body` gets the writing end; its return value is the exit status.
    static Result<Child> call(const std::function<int(int pipe)> &body);

    Child(Child &&other) noexcept;
    Child &operator=(Child &&) = delete;
    ~Child();

    /// Reads whole lines and hands them on until the child ends. The time limit is for
    /// silence: every line starts it again.
    ProcessEnd follow(std::chrono::milliseconds silence,
                      const std::function<void(std::string_view)> &on_line);

    [[nodiscard]] int pipe() const { return pipe_.get(); }
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// The child was waited for elsewhere.
    void forget() { pid_ = -1; }

  private:
    Child(pid_t pid, Fd pipe) : pid_(pid), pipe_(std::move(pipe)) {}
    void kill_now();

    pid_t pid_;
    Fd pipe_;
};

/// Runs argv to its end; returns what it printed, or an error with how it ended
/// and the last line it printed.
Result<std::string> run_to_end(const std::vector<std::string> &argv,
                               std::chrono::milliseconds limit);

} // namespace netswap::guest
