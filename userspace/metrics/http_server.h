// SPDX-License-Identifier: GPL-2.0
// Just enough HTTP/1.1 for a scraper that asks for /metrics: one request a connection, one
// connection at a time, each with a time limit.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "lib/result.h"

namespace netswap::metrics {

/// The text of a scrape, in OpenMetrics or in the older text format.
using Scrape = std::function<Result<std::string>(bool open_metrics)>;

/// The whole answer to a request of which at least the head is there.
std::string answer_request(std::string_view request, const Scrape &scrape);

/// Serves until `stop` becomes readable. Neither descriptor is closed.
Status serve(int listening, int stop, const Scrape &scrape);

} // namespace netswap::metrics
