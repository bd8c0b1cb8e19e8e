#include "control/check/dial_plan.h"

#include <gmock/gmock.h>

namespace benari::control {
namespace {

using ::testing::HasSubstr;

constexpr char kPath[] = "/etc/asterisk/extensions.conf";

TEST(DialPlan, ALineThatLeadsToTheApplicationIsFound) {
  for (const char* line :
       {"exten => 1,1,Stasis(voicebot1,inbound)", " same => n, stasis ( voicebot1 , inbound ) ; bots",
        "exten=1,1,Stasis(voicebot1,inbound,flow=bot,bot_url=ws://10.0.0.5/ws)\r"}) {
    const Finding found = OfDialPlan(kPath, std::string("[default]\n") + line + "\n", "voicebot1");
    EXPECT_EQ(found.verdict, Verdict::kOk) << line;
    EXPECT_EQ(found.text, "dial plan: line 2 of /etc/asterisk/extensions.conf leads to --app=voicebot1");
  }
}

TEST(DialPlan, NoSuchLineIsAWarning) {
  for (const char* line :
       {"", ";exten => 1,1,Stasis(voicebot1,inbound)", "exten => 1,1,Stasis(voicebot10,inbound)",
        "exten => 1,1,Stasis(voicebot1)", "exten => 1,1,Stasis(voicebot1,inbounds)",
        "exten => 1,1,Verbose(Stasis(voicebot1,inbound))"}) {
    const Finding found = OfDialPlan(kPath, line, "voicebot1");
    EXPECT_EQ(found.verdict, Verdict::kWarning) << line;
    EXPECT_THAT(found.text,
                HasSubstr("no line of /etc/asterisk/extensions.conf has Stasis(voicebot1,inbound)"));
  }
}

}  // namespace
}  // namespace benari::control
