// SPDX-License-Identifier: GPL-2.0
#include "lib/progress_watch.h"

namespace netswap {

void ProgressWatch::pages(double now, std::int64_t touched, std::int64_t in, std::int64_t out) {
    if (touched == touched_ && in == in_ && out == out_)
        return;
    touched_ = touched;
    in_ = in;
    out_ = out;
    last_ = now;
}

void ProgressWatch::wire(double now, std::uint64_t bytes) {
    if (bytes < wire_ + wire_step)
        return;
    wire_ = bytes;
    last_ = now;
}

} // namespace netswap
