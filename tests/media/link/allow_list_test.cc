#include "media/link/allow_list.h"

#include <gmock/gmock.h>

namespace benari::media {
namespace {

using ::testing::HasSubstr;

net::Url Url(absl::string_view text) {
  auto url = net::ParseUrl(text, {"ws", "wss"});
  EXPECT_TRUE(url.ok()) << url.status();
  return *std::move(url);
}
SocketAddress Address(const std::string& host) {
  auto address = ParseSocketAddress(Endpoint(host, 443));
  EXPECT_TRUE(address.ok()) << address.status();
  return address.value_or(SocketAddress());
}
AllowList List(absl::string_view text) {
  auto list = AllowList::Parse(text);
  EXPECT_TRUE(list.ok()) << list.status();
  return list.value_or(AllowList());
}
bool Allows(const AllowList& list, absl::string_view url) { return list.Check(Url(url)).ok(); }

TEST(AllowListTest, ByDefaultOnlyLoopbackAndPrivateAddresses) {
  const AllowList list;
  for (const char* good : {"ws://127.0.0.1:8765/ws", "ws://127.9.9.9", "wss://10.0.0.5", "ws://172.16.0.1",
                           "ws://172.31.9.9", "ws://192.168.7.7", "ws://[::1]:8080", "ws://[fd00::7]",
                           "ws://[fc00::7]", "ws://[::ffff:10.0.0.1]"}) {
    EXPECT_TRUE(Allows(list, good)) << good;
  }
  for (const char* bad :
       {"ws://8.8.8.8", "wss://172.32.0.1", "ws://172.15.0.1", "ws://192.169.0.1", "ws://0.0.0.0",
        "ws://[::]", "ws://169.254.169.254/latest/meta-data", "ws://[fe80::1]", "ws://[2001:db8::1]",
        "ws://224.0.0.1", "ws://100.64.0.1", "ws://[::ffff:8.8.8.8]", "ws://[::ffff:169.254.169.254]",
        "ws://[64:ff9b::a00:1]"}) {
    EXPECT_FALSE(Allows(list, bad)) << bad;
  }
}

TEST(AllowListTest, ANameIsDecidedByWhatItResolvesTo) {
  const AllowList list;
  const net::Url url = Url("wss://bot.example/calls");
  EXPECT_TRUE(list.Check(url).ok());
  EXPECT_TRUE(list.MayConnect(url, Address("10.0.0.5")));
  EXPECT_TRUE(list.MayConnect(url, Address("::1")));
  EXPECT_FALSE(list.MayConnect(url, Address("93.184.216.34")));
  EXPECT_FALSE(list.MayConnect(url, Address("169.254.169.254")));
  EXPECT_FALSE(list.MayConnect(url, Address("fe80::1")));
}

TEST(AllowListTest, APrefixMatchesSchemeHostAndPortExactly) {
  const AllowList list = List("wss://bot.example");
  EXPECT_TRUE(Allows(list, "wss://bot.example"));
  EXPECT_TRUE(Allows(list, "wss://bot.example:443/calls?x=y"));
  EXPECT_TRUE(Allows(list, "wss://BOT.example/calls"));
  for (const char* bad :
       {"ws://bot.example", "wss://bot.example:8443", "wss://bot.example.evil.com", "wss://bot.exampl",
        "wss://bot.example.", "wss://xbot.example", "wss://127.0.0.1", "wss://10.0.0.5/bot.example"}) {
    EXPECT_FALSE(Allows(list, bad)) << bad;
  }
  EXPECT_FALSE(net::ParseUrl("wss://bot.example@evil.com/", {"ws", "wss"}).ok());
  EXPECT_TRUE(list.MayConnect(Url("wss://bot.example"), Address("93.184.216.34")));
  EXPECT_FALSE(list.MayConnect(Url("wss://bot.example"), Address("169.254.169.254"))) << "was not meant";
  EXPECT_FALSE(list.MayConnect(Url("wss://other.example"), Address("93.184.216.34")));
}

TEST(AllowListTest, APrefixMatchesThePathUpToASlash) {
  for (const char* prefix : {"ws://bot.example/calls", "ws://bot.example/calls/"}) {
    const AllowList list = List(prefix);
    for (const char* good : {"ws://bot.example/calls", "ws://bot.example/calls/", "ws://bot.example/calls/7",
                             "ws://bot.example/calls?x=../y"}) {
      EXPECT_TRUE(Allows(list, good)) << good;
    }
    for (const char* bad :
         {"ws://bot.example", "ws://bot.example/", "ws://bot.example/callsign", "ws://bot.example/Calls",
          "ws://bot.example?/calls", "ws://bot.example/calls/../admin", "ws://bot.example/calls/%2e%2E/admin",
          "ws://bot.example/calls/..%2fadmin", "ws://bot.example/calls/..\\admin",
          "ws://bot.example//calls"}) {
      EXPECT_FALSE(Allows(list, bad)) << bad;
    }
  }
}

TEST(AllowListTest, SeveralPrefixesAndPrivate) {
  const AllowList list = List(" wss://a.example/x , private,ws://169.254.7.7 ");
  EXPECT_EQ(list.ToString(), "private,wss://a.example/x,ws://169.254.7.7");
  EXPECT_TRUE(Allows(list, "wss://a.example/x"));
  EXPECT_TRUE(Allows(list, "ws://10.0.0.1"));
  EXPECT_TRUE(Allows(list, "ws://169.254.7.7/calls"));
  EXPECT_TRUE(list.MayConnect(Url("ws://169.254.7.7/calls"), Address("169.254.7.7")))
      << "named as an address";
  EXPECT_FALSE(Allows(list, "ws://8.8.8.8"));
  EXPECT_EQ(List("").ToString(), "private");
  EXPECT_FALSE(Allows(List("ws://a.example"), "ws://10.0.0.1")) << "private is not in this list";
}

TEST(AllowListTest, TheRefusalNamesTheFlagAndNoSecret) {
  const absl::Status refused = AllowList().Check(Url("wss://8.8.8.8:444/secret?token=secret"));
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(refused.message(),
            "wss://8.8.8.8:444 may not be dialled: --bot_allow allows loopback and private addresses only");
  EXPECT_THAT(std::string(List("private,ws://a,ws://b").Check(Url("ws://8.8.8.8")).message()),
              HasSubstr("loopback and private addresses and 2 other prefixes only"));
}

TEST(AllowListTest, MistakesAreNamed) {
  for (const char* bad : {"bot.example", "http://bot.example", "wss://", "wss://u@bot.example", "wss://a,",
                          "wss://a/x?y", "wss://a/x/../y", "wss://a/%2e%2e", "privat"}) {
    const auto list = AllowList::Parse(bad);
    ASSERT_FALSE(list.ok()) << bad;
    EXPECT_THAT(std::string(list.status().message()), HasSubstr("accepted is")) << bad;
  }
  EXPECT_EQ(
      AllowList::Parse("privat").status().message(),
      "'privat' has no known scheme: accepted is ws://HOST[:PORT][/PATH] or wss://HOST[:PORT][/PATH], or "
      "private");
}

}  // namespace
}  // namespace benari::media
