// SPDX-License-Identifier: GPL-2.0
#include "report/page_sections.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/markup.h"
#include "report/number_text.h"
#include "report/timeline.h"

namespace netswap {

namespace {

/// The samples for page.js: [[t, free, MiB/s out, MiB/s in], ...].
std::string series(const RunRecord &run) {
    std::string text = "[";
    for (std::size_t i = 0; i < run.samples.size(); i++) {
        const auto &now = run.samples[i];
        const auto &before = run.samples[i ? i - 1 : 0];
        text += fmt::format("{}[{:.2f},{},{:.2f},{:.2f}]", i ? "," : "", now.t, now.free,
                            swap_rate(before, now, &Sample::pswpout),
                            swap_rate(before, now, &Sample::pswpin));
    }
    return text + "]";
}

std::string caption(const RunRecord &run) {
    const auto lowest =
        std::min_element(run.samples.begin(), run.samples.end(),
                         [](const auto &a, const auto &b) { return a.free < b.free; });
    const auto &rest = watermarks_at_rest(run.samples);
    std::int64_t boost = 0;
    for (const auto &sample : run.samples)
        boost = std::max(boost, sample.min - rest.min);
    const auto boost_text = boost > 0 ? fmt::format(", boosted by up to {}", boost) : "";
    const auto &last = run.samples.back();
    return fmt::format("Lowest {} free pages at {} s; watermarks min {}, low {}, high {}{}. {} "
                       "pages went out, {} came in.",
                       lowest->free, seconds(lowest->t), rest.min, rest.low, rest.high, boost_text,
                       compact(static_cast<double>(last.pswpout - run.samples.front().pswpout)),
                       compact(static_cast<double>(last.pswpin - run.samples.front().pswpin)));
}

std::string panel(const ArmFigures &arm, const RunRecord &run, const TimeRanges &ranges) {
    const auto ended = run.verdict == Verdict::pass
                           ? fmt::format("passed in {} s", seconds(run.elapsed_s))
                           : std::string(to_string(run.verdict));
    const auto frame = fmt::format("[{},{},{},{},{}]", plot_frame::width, plot_frame::left,
                                   plot_frame::right, plot_frame::top, plot_frame::below);
    return fmt::format(
        "<figure class=\"panel\" data-frame=\"{}\" data-seconds=\"{:.3f}\" "
        "data-series=\"{}\">\n<h3>{} "
        "<span class=\"run\">run {}: <span class=\"verdict {}\">{}</span> "
        "({} of {} survived)</span></h3>\n{}{}<figcaption>{}</figcaption></figure>\n",
        frame, ranges.seconds, series(run), escape_markup(arm.arm), run.run, to_string(run.verdict),
        escape_markup(ended), arm.survived, arm.total(), free_plot(run, ranges),
        rate_plot(run, ranges), caption(run));
}

constexpr std::string_view legend = R"(<ul class="legend">
<li><svg viewBox="0 0 26 10"><path d="M1 5H25" class="free"/></svg>free pages</li>
<li><svg viewBox="0 0 26 10"><path d="M1 5H25" class="mark high"/></svg>high watermark</li>
<li><svg viewBox="0 0 26 10"><path d="M1 5H25" class="mark low"/></svg>low</li>
<li><svg viewBox="0 0 26 10"><path d="M1 5H25" class="mark min"/></svg>min (shaded below: the reserve)</li>
<li><svg viewBox="0 0 26 10"><path d="M1 5H25" class="mark boosted"/></svg>boosted min</li>
<li><svg viewBox="0 0 26 10"><path d="M1 9H25V2H1Z" class="out-area"/><path d="M1 2H25" class="out"/></svg>swap-out</li>
<li><svg viewBox="0 0 26 10"><path d="M1 5H25" class="in"/></svg>swap-in</li>
<li><svg viewBox="0 0 26 10"><rect width="26" height="10" class="stopped"/><path d="M1 0V10" class="stop"/></svg>nothing moves any more</li>
</ul>
)";

} // namespace

std::string time_section(const std::vector<ArmFigures> &figures) {
    std::vector<const RunRecord *> shown;
    for (const auto &arm : figures)
        if (const auto *run = run_to_show(arm))
            shown.push_back(run);
    if (shown.empty())
        return "<section><h2>Memory over time</h2><p>No run has samples.</p></section>\n";
    const auto ranges = common_ranges(shown);
    std::string html =
        "<section><h2>One run of each arm over time</h2>\n<p class=\"note\">Where an arm has runs "
        "that hung, one of those is shown; otherwise the survivor nearest to the median. All "
        "panels share their axes; peaks above them are cut off. The kernel lifts all watermarks "
        "for a while when memory is fragmented: boosted min.</p>\n";
    html += legend;
    html += "<div class=\"panels\">\n";
    for (const auto &arm : figures)
        if (const auto *run = run_to_show(arm))
            html += panel(arm, *run, ranges);
    return html + "</div></section>\n";
}

} // namespace netswap
