// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

/// Values and members of JSON, which may be missing, null, or not what they should be.
namespace netswap::json_field {

template <typename T>
void get(const nlohmann::json &from, std::vector<T> &out);
template <typename T>
void get(const nlohmann::json &from, std::map<std::string, T> &out);

/// As get_to(), but a number that `out` cannot hold is an error, as every other wrong type:
/// nlohmann's conversion of 1e300 to an int is undefined, that of 2^40 cuts it off.
template <typename T>
void get(const nlohmann::json &from, T &out) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
        const bool fits =
            from.is_number_unsigned()
                ? std::in_range<T>(from.get<std::uint64_t>())
                : from.is_number_integer() && std::in_range<T>(from.get<std::int64_t>());
        if (!fits)
            throw nlohmann::detail::other_error::create(
                502, "not a whole number in range: " + from.dump(), nullptr);
    }
    from.get_to(out);
}

template <typename T>
void get(const nlohmann::json &from, std::vector<T> &out) {
    out.clear();
    for (const auto &one : from.get_ref<const nlohmann::json::array_t &>())
        get(one, out.emplace_back());
}

template <typename T>
void get(const nlohmann::json &from, std::map<std::string, T> &out) {
    out.clear();
    for (const auto &[key, one] : from.get_ref<const nlohmann::json::object_t &>())
        get(one, out[key]);
}

template <typename T>
nlohmann::json or_null(const std::optional<T> &value) {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

/// Leaves `out` alone when the key is absent or null.
template <typename T>
void read(const nlohmann::json &from, const char *key, T &out) {
    if (auto it = from.find(key); it != from.end() && !it->is_null())
        get(*it, out);
}

template <typename T>
void read(const nlohmann::json &from, const char *key, std::optional<T> &out) {
    out.reset();
    if (auto it = from.find(key); it != from.end() && !it->is_null())
        get(*it, out.emplace());
}

/// The member, or `otherwise` when the key is absent or null.
template <typename T>
T value(const nlohmann::json &from, const char *key, T otherwise) {
    read(from, key, otherwise);
    return otherwise;
}

} // namespace netswap::json_field
