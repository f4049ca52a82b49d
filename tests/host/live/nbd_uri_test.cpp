// SPDX-License-Identifier: GPL-2.0
#include "live/nbd_uri.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

using namespace netswap;
using namespace netswap::live;

TEST(NbdUriText, Tcp) {
    const auto uri = parse_nbd_uri("nbd://server/export");
    ASSERT_TRUE(uri) << uri.error().message;
    EXPECT_EQ(uri->host, "server");
    EXPECT_EQ(uri->port, 10809);
    EXPECT_EQ(uri->export_name, "export");
    EXPECT_FALSE(uri->is_unix());
}

TEST(NbdUriText, PortsNamesAndAddresses) {
    const auto all = parse_nbd_uri("nbd://[2001:db8::1]:1234/a%20b/c");
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_EQ(all->host, "2001:db8::1");
    EXPECT_EQ(all->port, 1234);
    EXPECT_EQ(all->export_name, "a b/c");
    const auto none = parse_nbd_uri("nbd://10.0.0.1:7");
    ASSERT_TRUE(none) << none.error().message;
    EXPECT_EQ(none->export_name, "");
    EXPECT_EQ(none->port, 7);
}

TEST(NbdUriText, UnixSocket) {
    const auto uri = parse_nbd_uri("nbd+unix:///disk?socket=/run/a%2fb");
    ASSERT_TRUE(uri) << uri.error().message;
    EXPECT_TRUE(uri->is_unix());
    EXPECT_EQ(uri->socket, "/run/a/b");
    EXPECT_EQ(uri->export_name, "disk");
    const auto addresses = resolve_server(*uri);
    ASSERT_TRUE(addresses);
    EXPECT_EQ(addresses->front(), (ServerAddress{AF_UNIX, "/run/a/b", 0}));
}

TEST(NbdUriText, NumericAddressesResolveToThemselves) {
    const auto addresses = resolve_server(*parse_nbd_uri("nbd://192.0.2.7:99/x"));
    ASSERT_TRUE(addresses) << addresses.error().message;
    EXPECT_EQ(*addresses, (std::vector<ServerAddress>{{AF_INET, "192.0.2.7", 99}}));
}

TEST(NbdUriText, RefusesWhatIsNone) {
    for (const char *text :
         {"", "nbd:", "http://x/y", "server", "nbd:///x", "nbd://:1/x", "nbd://a:0/x",
          "nbd://a:65536/x", "nbd://a:b/x", "nbd://[::1/x", "nbd://[::1]x/y", "nbd://a/%4",
          "nbd://a/%-1", "nbd://a/%00", "nbd://a/x?socket=/y", "nbd+unix:///x",
          "nbd+unix:///x?socket=y", "nbd+unix://host/x?socket=/y"}) {
        const auto uri = parse_nbd_uri(text);
        ASSERT_FALSE(uri) << text;
        EXPECT_EQ(uri.error().code, exit_bad_input);
        EXPECT_EQ(uri.error().message.find('\n'), std::string::npos);
    }
    EXPECT_FALSE(parse_nbd_uri("nbd://a/" + std::string(300, 'x')));
    EXPECT_FALSE(parse_nbd_uri("nbd+unix:///x?socket=/" + std::string(200, 'x')));
}

TEST(NbdUriText, RefusesWhatNoStateFileCanHold) {
    for (const char *text : {"nbd://a/%FF", "nbd://a/\xff", "nbd://a\xc3/x", "nbd://a/%C3",
                             "nbd://a/%C0%80", "nbd://a/%ED%A0%80", "nbd://a/%F4%90%80%80",
                             "nbd+unix:///x?socket=/%FE", "nbd+unix:///%E2%82?socket=/x"}) {
        const auto uri = parse_nbd_uri(text);
        ASSERT_FALSE(uri) << text;
        EXPECT_EQ(uri.error().code, exit_bad_input);
        EXPECT_NE(uri.error().message.find("not UTF-8"), std::string::npos) << text;
    }
    for (const char *text : {"nbd://a/\xc3\xa4", "nbd://a/%C3%A4", "nbd://a/%E2%82%AC",
                             "nbd://a/%F0%9F%98%80", "nbd+unix:///x?socket=/%c3%a4"})
        EXPECT_TRUE(parse_nbd_uri(text)) << text;
}

TEST(NbdUriText, RefusesTlsWithTheReason) {
    const auto uri = parse_nbd_uri("nbds://server/x");
    ASSERT_FALSE(uri);
    EXPECT_NE(uri.error().message.find("WireGuard"), std::string::npos);
}
