#include "common/http/host.h"

#include <gtest/gtest.h>

namespace benari::http {
namespace {

TEST(MayAnswerHost, AddressesAndNamesThatNobodyOwns) {
  for (const char* host : {"", "127.0.0.1", "127.0.0.1:9101", "[::1]:9101", "[fe80::1]", "localhost:9101",
                           "LOCALHOST", "control:9101", "control.benari.svc:9101",
                           "control.benari.svc.cluster.local.", "pbx.internal", "pbx.home.arpa:9101"}) {
    EXPECT_TRUE(MayAnswerHost(host, {})) << host;
  }
}

TEST(MayAnswerHost, AnyOtherNameHasToBeNamed) {
  for (const char* host : {"evil.example:9101", "evil.example", "127.0.0.1.evil.example",
                           "localhost.evil.example:80", "svc.example"}) {
    EXPECT_FALSE(MayAnswerHost(host, {})) << host;
    EXPECT_FALSE(MayAnswerHost(host, {"pbx.example.com"})) << host;
  }
  EXPECT_TRUE(MayAnswerHost("PBX.example.com:9101", {"other.example.com", "pbx.Example.com"}));
  EXPECT_FALSE(MayAnswerHost("x.pbx.example.com:9101", {"pbx.example.com"}));
}

}  // namespace
}  // namespace benari::http
