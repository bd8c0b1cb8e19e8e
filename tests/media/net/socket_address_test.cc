#include "media/net/socket_address.h"

#include <gtest/gtest.h>

namespace benari::media {
namespace {

SocketAddress Address(const char* host) { return ParseSocketAddress(Endpoint(host, 5)).value(); }

TEST(SocketAddress, ReadsAddressesAndNoNames) {
  EXPECT_EQ(Address("10.0.0.7").ToString(), "10.0.0.7:5");
  EXPECT_EQ(Address("fd00::7").ToString(), "[fd00::7]:5");
  EXPECT_EQ(Address("::ffff:10.0.0.7"), Address("10.0.0.7"));  // what a dual-stack socket sees
  for (const char* text : {"", "localhost", "10.0.0", "10.0.0.256", "1.2.3.4 ", "[::1]", "::g"}) {
    EXPECT_FALSE(ParseSocketAddress(Endpoint(text, 5)).ok()) << text;
  }
  EXPECT_FALSE(ParseSocketAddress(Endpoint(std::string("10.0.0.7\0x", 10), 5)).ok());
}

TEST(SocketAddress, KnowsOneHostFromMany) {
  for (const char* text : {"10.0.0.7", "127.0.0.1", "fd00::7", "::1"})
    EXPECT_TRUE(Address(text).IsUnicast()) << text;
  for (const char* text : {"0.0.0.0", "::", "224.0.0.1", "239.1.1.1", "255.255.255.255", "ff02::1"}) {
    EXPECT_FALSE(Address(text).IsUnicast()) << text;
  }
  EXPECT_TRUE(Address("::").IsAny());
  EXPECT_TRUE(Address("0.0.0.0").IsAny());
  EXPECT_FALSE(Address("0.0.0.1").IsAny());
}

}  // namespace
}  // namespace benari::media
