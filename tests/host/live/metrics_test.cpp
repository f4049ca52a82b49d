// SPDX-License-Identifier: GPL-2.0
#include "metrics/families.h"

#include <regex>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/text.h"
#include "live/fake_tree.h"
#include "metrics/http_server.h"
#include "metrics/listen_address.h"
#include "metrics/open_metrics.h"

using namespace netswap;
using namespace netswap::live;
using namespace netswap::metrics;

namespace {

std::string open_metrics(FakeTree &tree) {
    return OpenMetricsSerializer().Serialize(families(*tree.snapshot()));
}

bool has_line(const std::string &text, const std::string &line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::set<std::string> names_in(const std::string &text) {
    static const std::regex name("netswap_[a-z_]+[a-z]");
    return {std::sregex_token_iterator(text.begin(), text.end(), name), {}};
}

/// Names of all metrics of a machine that has everything.
std::set<std::string> all_names() {
    FakeTree tree;
    tree.make_hooked();
    std::set<std::string> names;
    for (const auto &family : families(*tree.snapshot()))
        names.insert(family.name);
    return names;
}

Result<std::string> some_text(bool newer) {
    return newer ? "new\n" : "old\n";
}

} // namespace

TEST(Metrics, AreOpenMetrics) {
    FakeTree tree;
    tree.make_hooked();
    const auto text = open_metrics(tree);
    EXPECT_TRUE(has_line(text, "# TYPE netswap_drops counter"));
    EXPECT_TRUE(has_line(text, "netswap_drops_total{reason=\"socket\"} 11"));
    EXPECT_TRUE(has_line(text, "netswap_swap_used_bytes{area=\"swap0\",device=\"/dev/nbd0\"} "
                               "12582912"));
    EXPECT_TRUE(has_line(text, "netswap_throttled_seconds_total 1.2"));
    EXPECT_TRUE(has_line(text, "netswap_daemon_state{area=\"swap0\",device=\"/dev/nbd0\","
                               "state=\"watching\"} 1"));
    EXPECT_TRUE(has_line(text, "netswap_module_events_total{module=\"gfp_memalloc\","
                               "counter=\"granted\"} 99"));
    EXPECT_TRUE(has_line(text, "netswap_module_level_pages{module=\"gfp_memalloc\","
                               "level=\"usage_packets\"} 3"));
    EXPECT_EQ(text.find("lowest_share"), std::string::npos); // of a reserve that nobody used
    EXPECT_TRUE(text.ends_with("# EOF\n"));
    // Each family once, and nothing but its own samples below it.
    std::set<std::string> seen;
    std::string family;
    for (const auto line : split(text.substr(0, text.size() - 6), '\n')) {
        if (line.starts_with("# TYPE ")) {
            family = split(line, ' ')[2];
            EXPECT_TRUE(seen.insert(family).second) << family;
        } else if (!line.empty() && line.front() != '#') {
            EXPECT_TRUE(line.starts_with(family)) << line;
        }
    }
    EXPECT_GT(seen.size(), 30U);
}

TEST(Metrics, LeaveOutWhatIsNotKnown) {
    FakeTree tree;
    tree.write_keeper("swap0", false);
    tree.write("/proc/swaps", "");
    tree.remove("/sys/block/nbd0/stat");
    const auto text = open_metrics(tree);
    for (const auto *absent : {"netswap_connections_up", "netswap_swap_used_bytes",
                               "netswap_device_bytes", "netswap_marked_sockets"})
        EXPECT_EQ(text.find(absent), std::string::npos) << absent;
    EXPECT_TRUE(has_line(text, "netswap_healthy 0"));
    EXPECT_TRUE(has_line(text, "netswap_daemon_running{area=\"swap0\",device=\"/dev/nbd0\"} 0"));
    tree.write("/run/netswap/swap0.json", "{");
    EXPECT_TRUE(
        has_line(open_metrics(tree), "netswap_area_problems{area=\"swap0\",device=\"\"} 1"));
}

TEST(Metrics, EscapeLabels) {
    prometheus::MetricFamily family{"n", "a\\b\nc", prometheus::MetricType::Gauge, {}};
    family.metric.emplace_back();
    family.metric[0].label = {{"l", "\"x\\\n"}};
    EXPECT_EQ(OpenMetricsSerializer().Serialize({family}),
              "# TYPE n gauge\n# HELP n a\\\\b\\nc\nn{l=\"\\\"x\\\\\\n\"} 0\n# EOF\n");
}

TEST(Metrics, OfTheDashboardExist) {
    const auto text = read_file(NETSWAP_DOCS "/grafana-netswap.json");
    ASSERT_TRUE(text) << text.error().message;
    const auto dashboard = nlohmann::json::parse(*text, nullptr, false);
    ASSERT_FALSE(dashboard.is_discarded());
    const auto known = all_names();
    std::size_t expressions = 0;
    for (const auto &panel : dashboard.at("panels"))
        for (const auto &target : panel.at("targets")) {
            const auto names = names_in(target.at("expr").get<std::string>());
            EXPECT_FALSE(names.empty()) << target.at("expr");
            for (const auto &name : names)
                EXPECT_TRUE(known.contains(name)) << name;
            ++expressions;
        }
    EXPECT_GT(expressions, 20U);
    for (const auto &variable : dashboard.at("templating").at("list"))
        for (const auto &name : names_in(variable.at("query").get<std::string>()))
            EXPECT_TRUE(known.contains(name)) << name;
}

TEST(Metrics, AreThoseOfTheDocumentation) {
    const auto page = read_file(NETSWAP_DOCS "/metrics.md");
    ASSERT_TRUE(page) << page.error().message;
    const auto known = all_names();
    for (const auto &name : known)
        EXPECT_NE(page->find("`" + name + "`"), std::string::npos) << name;
    for (const auto &name : names_in(*page)) {
        if (name == "netswap_mark")
            continue;
        EXPECT_TRUE(known.contains(name)) << name;
    }
}

TEST(ListenAddress, IsOfThisMachineOnly) {
    for (const auto *good :
         {"unix:/run/x.sock", "127.0.0.1:9532", "127.9.9.9:1", "[::1]:9532", "localhost:65535"})
        EXPECT_TRUE(parse_listen_address(good)) << good;
    for (const auto *bad :
         {"", "9532", "0.0.0.0:9532", "[::]:9532", "192.0.2.1:9532", ":9532", "127.0.0.1:0",
          "127.0.0.1:65536", "127.0.0.1:x", "unix:", "unix:relative", "[::1:9532", "name:9532"}) {
        const auto address = parse_listen_address(bad);
        ASSERT_FALSE(address) << bad;
        EXPECT_EQ(address.error().code, exit_bad_input);
        EXPECT_EQ(address.error().message.find('\n'), std::string::npos);
    }
    EXPECT_FALSE(parse_listen_address("unix:/" + std::string(200, 'x')));
}

TEST(HttpServer, AnswersOneThing) {
    const auto first_line = [](std::string_view request) {
        const auto answer = answer_request(request, some_text);
        return answer.substr(0, answer.find('\r'));
    };
    EXPECT_EQ(first_line("GET /metrics HTTP/1.1\r\n\r\n"), "HTTP/1.1 200 OK");
    EXPECT_EQ(first_line("GET /metrics?x=1 HTTP/1.0\r\n\r\n"), "HTTP/1.1 200 OK");
    EXPECT_EQ(first_line("GET / HTTP/1.1\r\n\r\n"), "HTTP/1.1 404 Not Found");
    EXPECT_EQ(first_line("POST /metrics HTTP/1.1\r\n\r\n"), "HTTP/1.1 405 Method Not Allowed");
    for (const auto *bad : {"", "\r\n\r\n", "GET /metrics\r\n\r\n", "\x16\x03\x01 \xff \r\n\r\n"})
        EXPECT_EQ(first_line(bad), "HTTP/1.1 400 Bad Request") << bad;
    const auto failing = [](bool) -> Result<std::string> { return fail("no /proc"); };
    EXPECT_TRUE(answer_request("GET /metrics HTTP/1.1\r\n\r\n", failing).ends_with("no /proc\n"));
}

TEST(HttpServer, GivesTheTextThatIsAskedFor) {
    const auto older = answer_request("GET /metrics HTTP/1.1\r\n\r\n", some_text);
    EXPECT_TRUE(older.ends_with("\r\n\r\nold\n"));
    EXPECT_NE(older.find("Content-Length: 4\r\n"), std::string::npos);
    const auto newer = answer_request(
        "GET /metrics HTTP/1.1\r\nACCEPT: application/openmetrics-text;q=1\r\n\r\n", some_text);
    EXPECT_TRUE(newer.ends_with("new\n"));
    EXPECT_NE(newer.find("application/openmetrics-text"), std::string::npos);
    EXPECT_TRUE(answer_request("HEAD /metrics HTTP/1.1\r\n\r\n", some_text).ends_with("\r\n\r\n"));
}

TEST(HttpServer, ServesAUnixSocketUntilItIsStopped) {
    TemporaryDirectory directory;
    const auto address = parse_listen_address("unix:" + directory.path() + "/m.sock");
    ASSERT_TRUE(address);
    { // what a dead server leaves
        const auto left = listen_at(*address);
        ASSERT_TRUE(left) << left.error().message;
    }
    const auto listening = listen_at(*address);
    ASSERT_TRUE(listening) << listening.error().message;
    struct stat about {};
    ASSERT_EQ(::stat(address->path.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0660U);
    const auto second = listen_at(*address);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("another program listens"), std::string::npos);

    int stop[2];
    ASSERT_EQ(::pipe(stop), 0);
    std::thread server([&] { EXPECT_TRUE(serve(listening->get(), stop[0], some_text)); });
    const Fd client(::socket(AF_UNIX, SOCK_STREAM, 0));
    EXPECT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr *>(&address->address),
                        address->length),
              0);
    const std::string request = "GET /metrics HTTP/1.1\r\n\r\n";
    EXPECT_EQ(::write(client.get(), request.data(), request.size()),
              static_cast<ssize_t>(request.size()));
    std::string answer;
    char byte = 0;
    while (::read(client.get(), &byte, 1) == 1)
        answer += byte;
    EXPECT_TRUE(answer.ends_with("old\n")) << answer;
    ::close(stop[1]); // hang-up counts as readable
    server.join();
    ::close(stop[0]);
}

TEST(HttpServer, DoesNotTakeAFileAway) {
    TemporaryDirectory directory;
    const auto file = directory.path() + "/precious";
    ASSERT_TRUE(write_file(file, "x"));
    EXPECT_FALSE(listen_at(*parse_listen_address("unix:" + file)));
    EXPECT_TRUE(read_file(file));
}
