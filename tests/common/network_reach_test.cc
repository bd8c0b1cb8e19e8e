#include "common/network_reach.h"

#include <gtest/gtest.h>

namespace benari {
namespace {

TEST(NetworkReach, LoopbackAndPrivateNetworksAreNotOpen) {
  for (const char* host :
       {"127.0.0.1", "127.255.1.1", "::1", "localhost", "10.1.2.3", "172.16.0.1", "172.31.255.1",
        "192.168.1.1", "169.254.7.7", "fd00::7", "fc12::1", "fe80::1", "::ffff:10.0.0.1"}) {
    EXPECT_FALSE(IsOpenToStrangers(Endpoint(host, 50051))) << host;
  }
}

TEST(NetworkReach, EverythingElseIsOpen) {
  for (const char* host : {"0.0.0.0", "::", "8.8.8.8", "172.15.0.1", "172.32.0.1", "192.169.0.1", "11.0.0.1",
                           "169.253.1.1", "100.64.0.1", "126.0.0.1", "128.0.0.1", "2001:db8::1", "fb00::1",
                           "fec0::1", "::2", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(IsOpenToStrangers(Endpoint(host, 50051))) << host;
  }
}

}  // namespace
}  // namespace benari
