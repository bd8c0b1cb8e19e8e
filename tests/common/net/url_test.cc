#include "common/net/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::net {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Url, IsRead) {
  const struct {
    const char* text;
    bool tls;
    const char* host;
    int port;
    const char* target;
    const char* host_header;
  } kTable[] = {
      {"http://127.0.0.1:8088/ari", false, "127.0.0.1", 8088, "/ari", "127.0.0.1:8088"},
      {"https://pbx.example/ari/", true, "pbx.example", 443, "/ari/", "pbx.example"},
      {"http://pbx", false, "pbx", 80, "", "pbx"},
      {"http://pbx/", false, "pbx", 80, "/", "pbx"},
      {"http://pbx:1/asterisk/ari", false, "pbx", 1, "/asterisk/ari", "pbx:1"},
      {"https://[::1]:8089/ari", true, "::1", 8089, "/ari", "[::1]:8089"},
      {"https://[::1]", true, "::1", 443, "", "[::1]"},
      {"https://pbx:80", true, "pbx", 80, "", "pbx:80"},
      {"ws://bot/media?voice=b", false, "bot", 80, "/media?voice=b", "bot"},
      {"wss://bot?voice=b", true, "bot", 443, "?voice=b", "bot"},
  };
  for (const auto& row : kTable) {
    const auto url = ParseUrl(row.text, {"http", "https", "ws", "wss"});
    ASSERT_TRUE(url.ok()) << row.text << " " << url.status();
    EXPECT_EQ(url->tls(), row.tls) << row.text;
    EXPECT_EQ(url->host, row.host) << row.text;
    EXPECT_EQ(url->port, row.port) << row.text;
    EXPECT_EQ(url->target, row.target) << row.text;
    EXPECT_EQ(url->HostHeader(), row.host_header) << row.text;
  }
}

TEST(Url, WrongOnesSayWhatIsAccepted) {
  for (const char* text :
       {"", "127.0.0.1:8088", "ftp://pbx/ari", "http:/pbx", "http://", "http://:8088/ari", "http://pbx:0/ari",
        "http://pbx:65536/ari", "http://pbx:/ari", "http://pbx:80x/ari", "http://::1/ari", "http://pb x/ari",
        "http://pbx/a i", "http://pbx/ari#x", "http://pbx/a\r\nX: y", "HTTP://pbx", "ws://pbx"}) {
    const auto url = ParseUrl(text, {"http", "https"});
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_THAT(std::string(url.status().message()),
                AllOf(HasSubstr("http://HOST[:PORT][/PATH]"), Not(HasSubstr("\n"))));
  }
}

TEST(Url, NeverEchoesAPassword) {
  const auto url = ParseUrl("http://benari:geheim@pbx/ari", {"http"});
  ASSERT_FALSE(url.ok());
  EXPECT_THAT(std::string(url.status().message()), Not(HasSubstr("geheim")));
}

TEST(Url, IsShownWithoutTheValuesOfItsQuery) {
  EXPECT_EQ(WithoutQueryValues("wss://bot/ws"), "wss://bot/ws");
  EXPECT_EQ(WithoutQueryValues("wss://bot/ws?token=geheim&flag&a=b=c"), "wss://bot/ws?token=...&flag&a=...");
  EXPECT_EQ(WithoutQueryValues("wss://bot/?"), "wss://bot/?");
}

// Those of RFC 3986 5.4 that name a resource on the web.
TEST(Url, ReferencesAreRelativeToTheirDocument) {
  const auto base = ParseUrl("http://a/b/c/d;p?q", {"http"});
  const struct {
    const char* reference;
    const char* url;
  } kTable[] = {{"g:h", "g:h"},
                {"g", "http://a/b/c/g"},
                {"./g", "http://a/b/c/g"},
                {"g/", "http://a/b/c/g/"},
                {"/g", "http://a/g"},
                {"//g", "http://g"},
                {"?y", "http://a/b/c/d;p?y"},
                {"g?y", "http://a/b/c/g?y"},
                {"#s", "http://a/b/c/d;p?q"},
                {"g#s", "http://a/b/c/g"},
                {";x", "http://a/b/c/;x"},
                {"g;x?y#s", "http://a/b/c/g;x?y"},
                {"", "http://a/b/c/d;p?q"},
                {".", "http://a/b/c/"},
                {"./", "http://a/b/c/"},
                {"..", "http://a/b/"},
                {"../g", "http://a/b/g"},
                {"../..", "http://a/"},
                {"../../g", "http://a/g"},
                {"../../../g", "http://a/g"},
                {"/./g", "http://a/g"},
                {"/../g", "http://a/g"},
                {"g.", "http://a/b/c/g."},
                {"..g", "http://a/b/c/..g"},
                {"./../g", "http://a/b/g"},
                {"./g/.", "http://a/b/c/g/"},
                {"g/../h", "http://a/b/c/h"},
                {"g?y/../x", "http://a/b/c/g?y/../x"},
                {"https://other:8443/x?y=1", "https://other:8443/x?y=1"}};
  for (const auto& row : kTable) EXPECT_EQ(ResolveReference(*base, row.reference), row.url) << row.reference;
  EXPECT_EQ(ResolveReference(*ParseUrl("https://b:8443", {"https"}), "x"), "https://b:8443/x");
  EXPECT_EQ(ResolveReference(*ParseUrl("https://b?q", {"https"}), ""), "https://b/?q");
  EXPECT_EQ(ResolveReference(*ParseUrl("https://[::1]/a", {"https"}), "/b c"), "https://[::1]/b c");
}

TEST(PercentEncode, LeavesOnlyUnreserved) {
  EXPECT_EQ(PercentEncode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(PercentEncode(absl::string_view("\0\x7f\xff/", 4)), "%00%7F%FF%2F");
}

}  // namespace
}  // namespace benari::net
