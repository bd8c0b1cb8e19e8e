#include "control/call/bridge_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::control {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

CallIdentity Call(std::string caller, std::string called, std::vector<std::string> arguments) {
  return {"17.1", "CA1", std::move(caller), std::move(called), std::move(arguments)};
}

TEST(BridgeName, IsReadableAndReadBack) {
  const CallIdentity call =
      Call("+4930", "3308487", {"inbound", "flow=bot", "bot_url=ws://bots/?a=1&b={caller}"});
  EXPECT_EQ(BridgeName(call), "+4930,3308487,inbound,flow=bot,bot_url=ws://bots/?a=1&b={caller}");
}

TEST(BridgeName, KeepsWhateverACallerBrings) {
  const CallIdentity calls[] = {Call("", "", {}), Call("", "s", {"inbound"}),
                                Call("1,2", "%2C", {"", "a,b", "100%", "%", "%4", "ü", "a\r\nb\x7f", ""})};
  for (const CallIdentity& call : calls) {
    const std::string name = BridgeName(call);
    EXPECT_EQ(name.find_first_of("\r\n\x7f"), std::string::npos) << name;
    ari::Channel caller;
    ReadBridgeName(name, caller);
    EXPECT_EQ(caller.caller_number, call.caller);
    EXPECT_EQ(caller.extension, call.called);
    EXPECT_THAT(caller.app_args, ElementsAreArray(call.arguments));
  }
}

TEST(BridgeName, IsLeftOutWhereAsteriskWouldNotTakeIt) {
  EXPECT_NE(BridgeName(Call("1", "2", {std::string(2900, 'a')})), "");
  EXPECT_EQ(BridgeName(Call("1", "2", {std::string(3001, 'a')})), "");
  EXPECT_EQ(BridgeName(Call("1", "2", {std::string(1001, '=')})), "") << "three bytes each";
}

TEST(BridgeName, OfAnEarlierVersionOrSomebodyElseSetsNothingOrWhatIsThere) {
  ari::Channel caller;
  caller.app_args = {"inbound"};
  ReadBridgeName("", caller);
  EXPECT_THAT(caller.app_args, ElementsAre("inbound"));
  ReadBridgeName("alone", caller);
  EXPECT_EQ(caller.caller_number, "alone");
  EXPECT_THAT(caller.app_args, ElementsAre());
}

}  // namespace
}  // namespace benari::control
