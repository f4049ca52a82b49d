// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "lib/result.h"

namespace netswap {

/// Checks `value` against a JSON Schema of which this part is understood: type (one or a list),
/// enum, minimum, required, properties, additionalProperties (as a schema), items, minItems,
/// maxItems, and $ref within the same file. Other keywords describe and are skipped; keys without a
/// property are allowed. The error names the first place that is wrong, from the top:
/// "runs[3].verdict: ...".
Status check_schema(const nlohmann::json &value, const nlohmann::json &schema);

} // namespace netswap
