#include "control/webhook/call_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::control {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(CallFormTest, SaysWhatTwilioSays) {
  EXPECT_THAT(
      CallForm("CA1", "+49301", "3308487", "inbound", "ringing"),
      UnorderedElementsAre(Pair("CallSid", "CA1"), Pair("AccountSid", "AC0000000000000000000062656e617269"),
                           Pair("From", "+49301"), Pair("Caller", "+49301"), Pair("To", "3308487"),
                           Pair("Called", "3308487"), Pair("Direction", "inbound"),
                           Pair("CallStatus", "ringing"), Pair("ApiVersion", "2010-04-01")));
}

TEST(CallFormTest, OfACallerWithoutANumber) {
  EXPECT_THAT(CallForm("CA1", "", "1", "outbound-api", "in-progress"),
              AllOf(Contains(Pair("From", "anonymous")), Contains(Pair("Direction", "outbound-api")),
                    Contains(Pair("Caller", "anonymous")), Contains(Pair("CallStatus", "in-progress"))));
}

}  // namespace
}  // namespace benari::control
