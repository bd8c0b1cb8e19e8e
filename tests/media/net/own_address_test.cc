#include "media/net/own_address.h"

#include <gmock/gmock.h>

namespace benari::media {
namespace {

using ::testing::HasSubstr;

TEST(OwnAddress, IsTheOneOfTheName) {
  for (const char* address : {"192.0.2.7", "10.1.2.3", "2001:db8::7"}) {
    EXPECT_EQ(AddressForOthers(address).value_or("none"), address);
  }
}

TEST(OwnAddress, LoopbackIsNoneForOthersNorIsAnUnknownName) {
  for (const char* name : {"localhost", "127.0.1.1", "::1", "0.0.0.0", "no such host"}) {
    const auto address = AddressForOthers(name);
    EXPECT_EQ(address.status().code(), absl::StatusCode::kNotFound) << name;
    EXPECT_THAT(std::string(address.status().message()), HasSubstr(name));
  }
}

}  // namespace
}  // namespace benari::media
