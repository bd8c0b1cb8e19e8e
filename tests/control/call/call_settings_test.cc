#include "control/call/call_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::control {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CallSettings, ArgumentsOfTheDialPlanWin) {
  CallConfig config;
  EXPECT_THAT(
      ApplyArguments(config, {"inbound", "echo_seconds=3", "destination=PJSIP/42@trunk", "caller_id=A=B",
                              "dial_timeout_seconds=5", "on_no_media=hangup", "on_media_lost=hangup",
                              "ringback=music", "transfer=attended", "when_full=continue"}),
      IsEmpty());
  EXPECT_EQ(config.echo_time, std::chrono::seconds(3));
  EXPECT_EQ(config.destination, "PJSIP/42@trunk");
  EXPECT_EQ(config.caller_id, "A=B");
  EXPECT_EQ(config.dial_timeout, std::chrono::seconds(5));
  EXPECT_EQ(config.on_no_media, OnNoMedia::kHangUp);
  EXPECT_EQ(config.on_media_lost, OnMediaLost::kHangUp);
  EXPECT_EQ(config.ringback, Ringback::kMusic);
  EXPECT_EQ(config.transfer, Transfer::kAttended);
  EXPECT_EQ(config.when_full, WhenFull::kContinue);
  EXPECT_THAT(ApplyArguments(config, {"inbound", "echo_seconds=inf"}), IsEmpty());
  EXPECT_EQ(config.echo_time, std::nullopt);
}

TEST(CallSettings, WithoutArgumentsTheFlagsHold) {
  CallConfig config;
  config.destination = "PJSIP/1@trunk";
  EXPECT_THAT(ApplyArguments(config, {"inbound"}), IsEmpty());
  EXPECT_THAT(ApplyArguments(config, {}), IsEmpty());
  EXPECT_EQ(config.destination, "PJSIP/1@trunk");
}

TEST(CallSettings, WhatIsRefusedSaysWhatIsAcceptedAndChangesNothing) {
  const struct {
    const char *argument, *accepted;
  } kTable[] = {
      {"echo_seconds=-1", "0"},
      {"echo_seconds=", "accepted"},
      {"destination=4438007", "TECHNOLOGY/RESOURCE"},
      {"destination=", "TECHNOLOGY/RESOURCE"},
      {"dial_timeout_seconds=0", "1..600"},
      {"dial_timeout_seconds=601", "1..600"},
      {"dial_timeout_seconds=5s", "1..600"},
      {"on_no_media=hang up", "continue or hangup"},
      {"on_media_lost=", "transfer or hangup"},
      {"ringback=moh", "ringing, music or none"},
      {"transfer=warm", "blind or attended"},
      {"when_full=Continue", "congestion or continue"},
      {"ari_password_file=/x",
       "caller_id, destination, dial_out_allow, dial_out_endpoint, dial_out_sip_endpoint, "
       "dial_timeout_seconds, echo_seconds"},
      {"=x", "caller_id"},
      {"loud", "NAME=VALUE"},
      {"", "NAME=VALUE"},
  };
  for (const auto& row : kTable) {
    CallConfig config;
    const auto refused = ApplyArguments(config, {"inbound", row.argument, "caller_id=after"});
    ASSERT_EQ(refused.size(), 1u) << row.argument;
    EXPECT_EQ(refused[0].argument, row.argument);
    EXPECT_THAT(refused[0].why, HasSubstr(row.accepted)) << row.argument;
    EXPECT_EQ(config.caller_id, "after") << row.argument;
    EXPECT_EQ(config.echo_time, CallConfig().echo_time);
    EXPECT_EQ(config.destination, CallConfig().destination);
    EXPECT_EQ(config.dial_timeout, CallConfig().dial_timeout);
  }
}

}  // namespace
}  // namespace benari::control
