// SPDX-License-Identifier: GPL-2.0
#include "report/schema.h"

#include "report/report.h"

#include <fmt/format.h>

namespace netswap {

using nlohmann::json;

namespace {

bool has_type(const json &value, const std::string &type) {
    if (type == "integer")
        return value.is_number_integer();
    if (type == "number")
        return value.is_number();
    if (type == "string")
        return value.is_string();
    if (type == "boolean")
        return value.is_boolean();
    if (type == "array")
        return value.is_array();
    if (type == "object")
        return value.is_object();
    return type == "null" && value.is_null();
}

/// A value for an error message: short, on one line.
std::string shown(const json &value) {
    auto text = value.dump(-1, ' ', true, json::error_handler_t::replace);
    constexpr std::size_t most = 40;
    if (text.size() > most)
        text = text.substr(0, most - 3) + "...";
    return text;
}

tl::unexpected<Error> wrong(const std::string &path, const std::string &what) {
    return fail(fmt::format("{}: {}", path.empty() ? "(top)" : path, what), exit_bad_input);
}

/// One walk over a value; `root` is the whole schema, which "$ref" points into.
class Check {
  public:
    explicit Check(const json &root) : root_(root) {}

    Status value(const json &value, const json &schema, const std::string &path) const;

  private:
    Status object(const json &value, const json &schema, const std::string &path) const;
    Status array(const json &value, const json &schema, const std::string &path) const;

    const json &root_;
};

Status check_type(const json &value, const json &schema, const std::string &path) {
    const auto it = schema.find("type");
    if (it == schema.end())
        return {};
    const auto types = it->is_array() ? it->get<std::vector<std::string>>()
                                      : std::vector<std::string>{it->get<std::string>()};
    for (const auto &type : types)
        if (has_type(value, type))
            return {};
    return wrong(path, fmt::format("must be {}, is {}", fmt::join(types, " or "), shown(value)));
}

Status check_scalar(const json &value, const json &schema, const std::string &path) {
    if (const auto it = schema.find("enum"); it != schema.end()) {
        bool listed = false;
        for (const auto &allowed : *it)
            listed = listed || allowed == value;
        if (!listed)
            return wrong(path, fmt::format("must be one of {}, is {}", it->dump(), shown(value)));
    }
    if (const auto it = schema.find("minimum"); it != schema.end() && value.is_number())
        if (value < *it)
            return wrong(path, fmt::format("must be at least {}, is {}", it->dump(), shown(value)));
    return {};
}

Status Check::object(const json &value, const json &schema, const std::string &path) const {
    for (const auto &key : schema.value("required", json::array()))
        if (!value.contains(key.get<std::string>()))
            return wrong(path, fmt::format("the key \"{}\" is missing", key.get<std::string>()));
    const auto properties = schema.value("properties", json::object());
    const auto others = schema.find("additionalProperties");
    for (const auto &[key, member] : value.items()) {
        const auto below = path.empty() ? key : fmt::format("{}.{}", path, key);
        if (const auto it = properties.find(key); it != properties.end()) {
            if (auto status = this->value(member, *it, below); !status)
                return status;
        } else if (others != schema.end() && others->is_object()) {
            if (auto status = this->value(member, *others, below); !status)
                return status;
        }
    }
    return {};
}

Status Check::array(const json &value, const json &schema, const std::string &path) const {
    const auto least = schema.find("minItems");
    const auto most = schema.find("maxItems");
    if ((least != schema.end() && value.size() < least->get<std::size_t>()) ||
        (most != schema.end() && value.size() > most->get<std::size_t>()))
        return wrong(path, fmt::format("must have {} to {} items, has {}",
                                       least != schema.end() ? least->dump() : "0",
                                       most != schema.end() ? most->dump() : "any number of",
                                       value.size()));
    if (const auto items = schema.find("items"); items != schema.end())
        for (std::size_t i = 0; i < value.size(); i++)
            if (auto status = this->value(value[i], *items, fmt::format("{}[{}]", path, i));
                !status)
                return status;
    return {};
}

Status Check::value(const json &value, const json &schema, const std::string &path) const {
    if (const auto ref = schema.find("$ref"); ref != schema.end())
        return this->value(value, root_.at(json::json_pointer(ref->get<std::string>().substr(1))),
                           path);
    if (auto status = check_type(value, schema, path); !status)
        return status;
    if (auto status = check_scalar(value, schema, path); !status)
        return status;
    if (value.is_object())
        return object(value, schema, path);
    if (value.is_array())
        return array(value, schema, path);
    return {};
}

} // namespace

Status check_schema(const json &value, const json &schema) {
    return Check(schema).value(value, schema, "");
}

Status validate(const json &campaign) {
    static const json schema = json::parse(storm_schema_text());
    return check_schema(campaign, schema);
}

} // namespace netswap
