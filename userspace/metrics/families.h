// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "live/view/snapshot.h"

namespace netswap::metrics {

/// A snapshot as metrics. The kernel keeps the counters, so there is no registry: each scrape is a
/// new snapshot. Names and labels are listed in docs/metrics.md and stay.
std::vector<prometheus::MetricFamily> families(const live::Snapshot &snapshot);

} // namespace netswap::metrics
