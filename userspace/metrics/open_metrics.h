// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <prometheus/serializer.h>

namespace netswap::metrics {

/// OpenMetrics text 1.0 for gauges and counters; prometheus-cpp itself writes only the older text
/// format (prometheus::TextSerializer), in which a counter's family bears its _total.
class OpenMetricsSerializer final : public prometheus::Serializer {
  public:
    using prometheus::Serializer::Serialize;
    void Serialize(std::ostream &out,
                   const std::vector<prometheus::MetricFamily> &families) const override;
};

} // namespace netswap::metrics
