// SPDX-License-Identifier: GPL-2.0
#include "report/report.h"
#include "report/schema.h"
#include "report_campaign.h"

#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/text.h"

namespace netswap {
namespace {

using nlohmann::json;
using test::make_campaign;
using testing::HasSubstr;

json campaign_json() {
    auto campaign = make_campaign(3);
    test::add_faults(campaign.runs.back());
    test::add_hostile(campaign.runs.back());
    finish(campaign);
    return json(campaign);
}

std::string complaint(const json &value) {
    const auto status = validate(value);
    return status ? "" : status.error().message;
}

TEST(Schema, AcceptsWhatTheToolsWrite) {
    EXPECT_EQ(complaint(campaign_json()), "");
    EXPECT_EQ(complaint(json(CampaignResult{})), "");
}

TEST(Schema, NamesThePlace) {
    auto value = campaign_json();
    value["runs"][3]["verdict"] = "fine";
    EXPECT_EQ(complaint(value), "runs[3].verdict: must be one of [\"pass\",\"hang\",\"oom\","
                                "\"corrupt\",\"crash\",\"error\"], is \"fine\"");
    value = campaign_json();
    value["runs"][0].erase("arm");
    EXPECT_EQ(complaint(value), "runs[0]: the key \"arm\" is missing");
    value = campaign_json();
    value["runs"][1]["samples"][2] = json::array({1, 2, 3});
    EXPECT_EQ(complaint(value), "runs[1].samples[2]: must have 8 to 8 items, has 3");
    value = campaign_json();
    value["runs"][2]["params"]["cpus"] = 0;
    EXPECT_EQ(complaint(value), "runs[2].params.cpus: must be at least 1, is 0");
    value = campaign_json();
    value["summary"][0]["survived"] = "ten";
    EXPECT_EQ(complaint(value), "summary[0].survived: must be integer, is \"ten\"");
    value = campaign_json();
    value["runs"][0]["counters"]["netswap"]["sock_memalloc.skb_marked"] = -1;
    EXPECT_EQ(complaint(value),
              "runs[0].counters.netswap.sock_memalloc.skb_marked: must be at least 0, is -1");
    value = campaign_json();
    value["runs"][0]["state"]["modules"] = 5;
    EXPECT_EQ(complaint(value), "runs[0].state.modules: must be array, is 5");
    EXPECT_EQ(complaint(json::array()), "(top): must be object, is []");
    EXPECT_EQ(complaint(json{{"netswap", 2}}), "(top): the key \"controls\" is missing");
}

TEST(Schema, LetsKeysOfALaterVersionPass) {
    auto value = campaign_json();
    value["runs"][0]["colour"] = "green";
    EXPECT_EQ(complaint(value), "");
}

using Paths = std::set<std::string>;

/// "runs[].params.cpus" for everything the schema has under `name`; $defs are named by themselves.
void collect(const json &schema, const std::string &path, Paths &paths) {
    if (!path.empty())
        paths.insert(path);
    const auto below = path.empty() ? "" : path + ".";
    const auto properties = schema.value("properties", json::object());
    for (const auto &[key, member] : properties.items())
        collect(member, below + key, paths);
    const auto items = schema.value("items", json::object());
    const auto members = items.value("properties", json::object());
    for (const auto &[key, member] : members.items())
        collect(member, path + "[]." + key, paths);
}

Paths schema_paths() {
    const auto schema = json::parse(storm_schema_text());
    Paths paths;
    collect(schema, "", paths);
    const auto definitions = schema.value("$defs", json::object());
    for (const auto &[name, definition] : definitions.items())
        collect(definition, name, paths);
    return paths;
}

/// The first cell of each row of the document's tables.
Paths documented_paths(const std::string &text) {
    Paths paths;
    for (const auto line : split(text, '\n')) {
        if (line.substr(0, 3) != "| `")
            continue;
        const auto end = line.find('`', 3);
        paths.insert(std::string(line.substr(3, end - 3)));
    }
    return paths;
}

TEST(Schema, DocumentListsTheSameKeys) {
    const auto text = read_file(NETSWAP_DOCS "/storm-json.md");
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(documented_paths(*text), schema_paths());
}

/// Every key of `value`, except below maps whose keys are data.
void written(const json &value, const json &schema, const json &root, const std::string &path,
             Paths &paths) {
    if (const auto ref = schema.find("$ref"); ref != schema.end()) {
        const auto name = ref->get<std::string>();
        paths.insert(path);
        written(value, root.at(json::json_pointer(name.substr(1))), root,
                name.substr(name.rfind('/') + 1), paths);
        return;
    }
    if (!path.empty())
        paths.insert(path);
    if (value.is_object() && !schema.contains("additionalProperties"))
        for (const auto &[key, member] : value.items())
            written(member, schema.value("properties", json::object()).value(key, json::object()),
                    root, path.empty() ? key : path + "." + key, paths);
    if (value.is_array())
        for (const auto &member : value)
            if (member.is_object())
                for (const auto &[key, inner] : member.items())
                    written(inner,
                            schema.value("items", json::object())
                                .value("properties", json::object())
                                .value(key, json::object()),
                            root, path + "[]." + key, paths);
}

TEST(Schema, HasEveryKeyTheToolsWriteAndNoOther) {
    const auto schema = json::parse(storm_schema_text());
    Paths paths;
    written(campaign_json(), schema, schema, "", paths);
    EXPECT_EQ(paths, schema_paths());
}

TEST(Schema, UnderstandsEachKeywordItUses) {
    const std::set<std::string> known{
        "$schema",  "$ref",    "$defs",    "title",      "description",          "type",
        "enum",     "minimum", "required", "properties", "additionalProperties", "items",
        "minItems", "maxItems"};
    const std::function<void(const json &, bool)> walk = [&](const json &node, bool names) {
        for (const auto &[key, member] : node.items()) {
            EXPECT_TRUE(names || known.count(key)) << key;
            if (member.is_object())
                walk(member, !names && (key == "properties" || key == "$defs"));
        }
    };
    const auto schema = json::parse(storm_schema_text());
    walk(schema, false);
}

} // namespace
} // namespace netswap
