// SPDX-License-Identifier: GPL-2.0
#include "live/exec_lock.h"

#include <cerrno>

#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

namespace netswap::live {

int stop_at_exec() {
    return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0 : errno;
}

void let_run(pid_t pid) {
    ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
}

#if defined(__x86_64__)

namespace {

constexpr long syscall_instruction = 0x050f; // 0f 05 in memory
constexpr long instruction_mask = 0xffff;

/// Leaves the status of one that has ended for whoever waits for that.
bool stopped(pid_t pid) {
    siginfo_t info{};
    int done;
    do
        done = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WSTOPPED | WNOWAIT);
    while (done != 0 && errno == EINTR);
    if (done != 0 || (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED))
        return false;
    int status = 0;
    return ::waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status);
}

bool peek(pid_t pid, unsigned long long at, long &word) {
    errno = 0;
    word = ::ptrace(PTRACE_PEEKTEXT, pid, at, nullptr);
    return errno == 0;
}

/// One system call in place of the instruction at which it stands; all is put back.
int call_there(pid_t pid) {
    user_regs_struct before{};
    long text = 0;
    if (::ptrace(PTRACE_GETREGS, pid, nullptr, &before) != 0 || !peek(pid, before.rip, text))
        return errno;
    const long patched = (text & ~instruction_mask) | syscall_instruction;
    auto call = before;
    call.rax = SYS_mlockall;
    call.rdi = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
    call.orig_rax = ~0ULL; // no system call to be restarted
    if (::ptrace(PTRACE_POKETEXT, pid, before.rip, patched) != 0)
        return errno;
    const bool done = ::ptrace(PTRACE_SETREGS, pid, nullptr, &call) == 0 &&
                      ::ptrace(PTRACE_SINGLESTEP, pid, nullptr, nullptr) == 0 && stopped(pid) &&
                      ::ptrace(PTRACE_GETREGS, pid, nullptr, &call) == 0;
    const int error = done ? -static_cast<int>(call.rax) : errno;
    if (::ptrace(PTRACE_POKETEXT, pid, before.rip, text) != 0 ||
        ::ptrace(PTRACE_SETREGS, pid, nullptr, &before) != 0)
        return errno;
    return error;
}

} // namespace

int lock_stopped(pid_t pid) {
    if (!stopped(pid))
        return ESRCH;
    return call_there(pid);
}

#else

int lock_stopped(pid_t pid) {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WSTOPPED | WNOWAIT);
    if (info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED)
        ::waitpid(pid, nullptr, WUNTRACED);
    return ENOSYS;
}

#endif

} // namespace netswap::live
