// SPDX-License-Identifier: GPL-2.0
#include "live/end_signals.h"

namespace netswap::live {

namespace {

volatile std::sig_atomic_t one_came = 0;

void note(int signal) {
    if (signal != SIGPIPE)
        one_came = 1;
}

} // namespace

EndSignals::EndSignals() {
    one_came = 0;
    for (std::size_t i = 0; i < signals_.size(); ++i) {
        ::sigaction(signals_[i], nullptr, &before_[i]);
        if (before_[i].sa_handler == SIG_IGN)
            continue;
        struct sigaction action = {};
        action.sa_handler = note; // not SIG_IGN: a program that is started would inherit that
        action.sa_flags = signals_[i] == SIGPIPE ? SA_RESTART : static_cast<int>(SA_RESETHAND);
        ::sigaction(signals_[i], &action, nullptr);
    }
}

EndSignals::~EndSignals() {
    for (std::size_t i = 0; i < signals_.size(); ++i)
        ::sigaction(signals_[i], &before_[i], nullptr);
}

bool EndSignals::came() {
    return one_came != 0;
}

} // namespace netswap::live
