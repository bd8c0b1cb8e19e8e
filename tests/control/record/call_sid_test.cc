#include "control/record/call_sid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::control {
namespace {

TEST(CallSid, IsOfTheCallAndOfItsOwner) {
  const std::string sid = CallSid("benari", "1732350000.12");
  EXPECT_EQ(sid, "CA" + sid.substr(2));
  EXPECT_EQ(sid.size(), 34u);
  EXPECT_EQ(sid.find_first_not_of("0123456789abcdef", 2), std::string::npos);
  EXPECT_EQ(CallSid("benari", "1732350000.12"), sid);
  EXPECT_NE(CallSid("benari", "1732350000.13"), sid);
  EXPECT_NE(CallSid("other", "1732350000.12"), sid);
}

// Another version of control has to find the same one: bots and their REST requests name a call by it.
TEST(CallSid, StaysTheSameInLaterVersions) {
  EXPECT_EQ(CallSid("benari", "1732350000.12"), "CAc34a7cdda1734b7d157e4e528f7cd7ff");
}

}  // namespace
}  // namespace benari::control
