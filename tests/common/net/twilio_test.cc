// The expected signatures are those of npm's twilio 6.3.1, getExpectedTwilioSignature; the first is also the
// example of Twilio's documentation.
#include "common/net/twilio.h"

#include <gtest/gtest.h>

namespace benari::net {
namespace {

constexpr char kUrl[] = "https://mycompany.com/myapp.php?foo=1&bar=2";

TEST(TwilioSignatureTest, OfAForm) {
  const Form form = {{"To", "+18005551212"},
                     {"Digits", "1234"},
                     {"CallSid", "CA1234567890ABCDE"},
                     {"From", "+14158675309"},
                     {"Caller", "+14158675309"}};
  EXPECT_EQ(TwilioSignature("12345", kUrl, form), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
}

TEST(TwilioSignatureTest, SortsByNameInItsCaseAndCountsEachValueOnce) {
  const Form form = {{"b", "2"}, {"a", "z"},           {"a", "y"}, {"a", "z"},
                     {"B", ""},  {"c", "\xc3\xa4 &="}, {"aa", "1"}};
  EXPECT_EQ(TwilioSignature("12345", kUrl, form), "FPjFcBC94AwzQXjY/KVEN7F3+io=");
}

TEST(TwilioSignatureTest, WithoutAForm) {
  EXPECT_EQ(TwilioSignature("12345", kUrl, {}), "zYQTYrRWXE7LtzbG4PfP7/bkkGo=");
  // printf %s wss://bot.example/calls/1?x=y | openssl dgst -sha1 -hmac 12345 -binary | base64
  EXPECT_EQ(TwilioSignature("12345", "wss://bot.example/calls/1?x=y", {}), "rxxmGMCjQv9HOalmKg708cQIHbM=");
}

}  // namespace
}  // namespace benari::net
