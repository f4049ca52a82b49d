// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>

#include <nlohmann/json.hpp>

/// Members of JSON objects that may be missing or null.
namespace netswap::json_field {

template <typename T>
nlohmann::json or_null(const std::optional<T> &value) {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

/// Leaves `out` alone when the key is absent or null.
template <typename T>
void read(const nlohmann::json &from, const char *key, T &out) {
    if (auto it = from.find(key); it != from.end() && !it->is_null())
        it->get_to(out);
}

template <typename T>
void read(const nlohmann::json &from, const char *key, std::optional<T> &out) {
    out.reset();
    if (auto it = from.find(key); it != from.end() && !it->is_null())
        out = it->get<T>();
}

} // namespace netswap::json_field
