// SPDX-License-Identifier: GPL-2.0
// Memory as short as a module can make it. Nothing is simulated.
#pragma once

#include "lab_kernel.h"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace netswap::guest {

inline constexpr int victims = 16;
inline constexpr std::size_t victim_bytes = 1 << 20;

/// Whether a kernel with checkers keeps what was freed: then each packet needs new memory, and a
/// shortage is soon the end of the guest.
inline bool memory_is_kept() {
    const char *patience = std::getenv("NETSWAP_PATIENCE");
    return patience != nullptr && std::string(patience) != "1";
}

inline constexpr const char *kept = "the kernel's checkers keep freed memory away";

/// Keeps memory so short that an ordinary atomic allocation fails, as long as it lives and
/// deepen() is called. Others need memory meanwhile, and the OOM killer takes the kernel down
/// when it finds nobody to kill: so there are victims, and each has enough for whoever asks.
class ShortOfMemory {
  public:
    ShortOfMemory()
        : module_("starve_atomic"),
          take_(::open("/sys/module/starve_atomic/parameters/take", O_WRONLY | O_CLOEXEC)),
          packets_(::open("/sys/module/starve_atomic/parameters/packets", O_WRONLY | O_CLOEXEC)),
          victims_(start_victims()) {
        ::mlockall(MCL_CURRENT | MCL_FUTURE);
    }
    ShortOfMemory(const ShortOfMemory &) = delete;
    ShortOfMemory &operator=(const ShortOfMemory &) = delete;
    ~ShortOfMemory() {
        for (const auto victim : victims_)
            ::kill(victim, SIGKILL);
        for (const auto victim : victims_)
            ::waitpid(victim, nullptr, 0);
        ::munlockall();
    }

    /// Takes what came free since the last call.
    [[nodiscard]] bool deepen() const { return ::pwrite(take_.get(), "1", 1, 0) == 1; }

    /// The same, and no packet for TCP is left in a slab either, on any CPU.
    [[nodiscard]] bool deepen_packets() const { return ::pwrite(packets_.get(), "1", 1, 0) == 1; }

  private:
    friend class Relief;

    /// One victim less. It needs no memory, unlike the OOM killer, which first has to be asked.
    void relieve() const { ::kill(victims_[relieved_++ % victims], SIGKILL); }

    static std::array<pid_t, victims> start_victims() {
        std::array<pid_t, victims> pids{};
        for (auto &pid : pids) {
            pid = ::fork();
            if (pid == 0) {
                (void)write_text("/proc/self/oom_score_adj", "1000");
                const std::vector<char> prey(victim_bytes, 1);
                for (;;)
                    ::pause();
            }
        }
        ::usleep(300'000); // until they sleep
        return pids;
    }

    Loaded module_;
    Fd take_, packets_;
    std::array<pid_t, victims> victims_;
    mutable std::size_t relieved_ = 0;
};

/// Ends a shortage little by little, but not at once. Who reclaims may find something each time,
/// so that the OOM killer is not asked for minutes, and never enough.
class Relief {
  public:
    /// To be made while threads can be.
    explicit Relief(const ShortOfMemory &shortage)
        : thread_([this, &shortage] {
              for (int waited = 0; !ended_; ::usleep(step_us))
                  if (begun_ && ++waited > steps_before && waited % steps_between == 0)
                      shortage.relieve();
          }) {}
    Relief(const Relief &) = delete;
    Relief &operator=(const Relief &) = delete;
    ~Relief() {
        ended_ = true;
        thread_.join();
    }

    void begin() { begun_ = true; }

  private:
    static constexpr int step_us = 100'000, steps_before = 30, steps_between = 10;

    std::atomic<bool> begun_ = false, ended_ = false;
    std::thread thread_;
};

} // namespace netswap::guest
