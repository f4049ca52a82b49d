// SPDX-License-Identifier: GPL-2.0
#include "guest/sample_line.h"

#include <cinttypes>
#include <cstdarg>
#include <cstdio>

namespace netswap::guest {
namespace {

/// Appends to a fixed buffer and remembers whether all of it fitted.
class Text {
  public:
    explicit Text(std::span<char> buffer) : buffer_(buffer) {}

    [[gnu::format(printf, 2, 3)]] void add(const char *format, ...) {
        va_list values;
        va_start(values, format);
        const auto room = buffer_.size() - used_;
        const int wanted = std::vsnprintf(buffer_.data() + used_, room, format, values);
        va_end(values);
        if (wanted < 0 || static_cast<std::size_t>(wanted) >= room)
            cut_ = true;
        else
            used_ += static_cast<std::size_t>(wanted);
    }

    [[nodiscard]] std::string_view get() const {
        return cut_ ? std::string_view() : std::string_view(buffer_.data(), used_);
    }

  private:
    std::span<char> buffer_;
    std::size_t used_ = 0;
    bool cut_ = false;
};

} // namespace

std::string_view format_sample(std::span<char> buffer, const Sample &sample, const VmCounters &vm,
                               const ZoneTable &zones) {
    Text text(buffer);
    // The time by hand: printf of a floating-point number may allocate.
    const auto ms = static_cast<std::uint64_t>(sample.t * 1000);
    text.add(R"({"type":"sample","t":%)" PRIu64 ".%03" PRIu64 R"(,"touched":%)" PRIu64
             R"(,"pswpin":%)" PRIu64 R"(,"pswpout":%)" PRIu64 R"(,"throttle":%)" PRIu64
             R"(,"allocstall":%)" PRIu64 R"(,"pfdrop":%)" PRIu64,
             ms / 1000, ms % 1000, sample.touched, vm.pswpin, vm.pswpout, vm.throttle,
             vm.allocstall, sample.dropped);
    text.add(R"(,"free":%)" PRIu64 R"(,"min":%)" PRIu64 R"(,"low":%)" PRIu64 R"(,"high":%)" PRIu64
             R"(,"zones":[)",
             zones.sum(&ZoneSample::free), zones.sum(&ZoneSample::min), zones.sum(&ZoneSample::low),
             zones.sum(&ZoneSample::high));
    for (std::size_t i = 0; i < zones.count; ++i) {
        const auto &zone = zones.zones[i];
        text.add(R"(%s{"node":%d,"name":"%s","free":%)" PRIu64 R"(,"min":%)" PRIu64
                 R"(,"low":%)" PRIu64 R"(,"high":%)" PRIu64 "}",
                 i ? "," : "", zone.node, zone.name.data(), zone.free, zone.min, zone.low,
                 zone.high);
    }
    text.add("]}");
    return text.get();
}

} // namespace netswap::guest
