#include "common/endpoint.h"

#include <gtest/gtest.h>

namespace benari {
namespace {

TEST(Endpoint, ReadsWhatItWrites) {
  for (const char* text :
       {"127.0.0.1:26500", "media-1:0", "[::1]:65535", "media.voice.svc.cluster.local:50051"}) {
    const auto endpoint = ParseEndpoint(text);
    ASSERT_TRUE(endpoint.ok()) << endpoint.status();
    EXPECT_EQ(endpoint->ToString(), text);
  }
}

TEST(Endpoint, RefusesEverythingElseAndSaysWhatIsAccepted) {
  for (const char* text : {"", "host", ":1", "host:", "host:65536", "host:-1", "host:1x", "host:+1", "::1:5",
                           "[]:5", "[::1:5", "host: 1", "[[x]y]:1", "a]:1"}) {
    const auto endpoint = ParseEndpoint(text);
    ASSERT_FALSE(endpoint.ok()) << text;
    EXPECT_NE(endpoint.status().message().find("accepted is HOST:PORT"), std::string::npos);
  }
}

}  // namespace
}  // namespace benari
