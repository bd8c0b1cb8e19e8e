#include "control/ari/request.h"

#include <gtest/gtest.h>

namespace benari::control::ari {
namespace {

constexpr char kOdd[] = "a/b ?#&=+%,\xC3\xA9;1";
constexpr char kOddEncoded[] = "a%2Fb%20%3F%23%26%3D%2B%25%2C%C3%A9%3B1";

OriginateRequest FullOriginate() {
  OriginateRequest request("x", "Local/4438007@default/n");
  request.app_args = "dialed";
  request.caller_id = "\"A B\" <100>";
  request.formats = "alaw";
  request.timeout_s = 7;
  return request;
}

TEST(Request, IsWhatAsteriskDescribes) {
  const struct {
    Request request;
    const char* operation;
    const char* name;
    std::string target;
  } kTable[] = {
      {CreateExternalMediaRequest("voicebot1",
                                  ExternalMediaRequest("m", "alaw", Endpoint("10.0.0.7", 26500))),
       "CreateExternalMedia", "POST /channels/externalMedia",
       "/channels/externalMedia?app=voicebot1&external_host=10.0.0.7%3A26500&format=alaw&channelId=m"},
      {CreateExternalMediaRequest("a b", ExternalMediaRequest(kOdd, "alaw", Endpoint("::1", 1))),
       "CreateExternalMedia", "POST /channels/externalMedia",
       std::string(
           "/channels/externalMedia?app=a%20b&external_host=%5B%3A%3A1%5D%3A1&format=alaw&channelId=") +
           kOddEncoded},
      {MakeOriginateRequest("v", OriginateRequest("x", "PJSIP/1@t")), "Originate", "POST /channels/x",
       "/channels/x?endpoint=PJSIP%2F1%40t&app=v&timeout=30"},
      {MakeOriginateRequest("v", FullOriginate()), "Originate", "POST /channels/x",
       "/channels/"
       "x?endpoint=Local%2F4438007%40default%2Fn&app=v&appArgs=dialed&callerId=%22A%20B%22%20%3C100%3E"
       "&timeout=7&formats=alaw"},
      {HangUpRequest("17.1", "no_answer"), "HangUp", "DELETE /channels/17.1",
       "/channels/17.1?reason=no_answer"},
      {HangUpRequest("17.1", "42"), "HangUp", "DELETE /channels/17.1", "/channels/17.1?reason_code=42"},
      {HangUpRequest("17.1", ""), "HangUp", "DELETE /channels/17.1", "/channels/17.1"},
      {HangUpRequest(kOdd, ""), "HangUp", "DELETE /channels/a%2Fb%20%3F%23%26%3D%2B%25%2C%C3%A9%3B1",
       std::string("/channels/") + kOddEncoded},
      {ContinueRequest("x", "", ""), "ContinueInDialplan", "POST /channels/x/continue",
       "/channels/x/continue"},
      {ContinueRequest("x", "from trunk", "_X.&1"), "ContinueInDialplan", "POST /channels/x/continue",
       "/channels/x/continue?context=from%20trunk&extension=_X.%261&priority=1"},
      {AnswerRequest("17.1"), "AnswerChannel", "POST /channels/17.1/answer", "/channels/17.1/answer"},
      {RingRequest("17.1"), "Ring", "POST /channels/17.1/ring", "/channels/17.1/ring"},
      {StopRingingRequest("17.1"), "StopRinging", "DELETE /channels/17.1/ring", "/channels/17.1/ring"},
      {PlayRequest("17.1", "a b", "sound:beep"), "Play", "POST /channels/17.1/play/a%20b",
       "/channels/17.1/play/a%20b?media=sound%3Abeep"},
      {SendDtmfRequest("17.1", "1#"), "SendDtmf", "POST /channels/17.1/dtmf",
       "/channels/17.1/dtmf?dtmf=1%23"},
      {StopPlaybackRequest("a b"), "StopPlayback", "DELETE /playbacks/a%20b", "/playbacks/a%20b"},
      {StartMusicRequest("17.1"), "StartMusic", "POST /channels/17.1/moh", "/channels/17.1/moh"},
      {StopMusicRequest("17.1"), "StopMusic", "DELETE /channels/17.1/moh", "/channels/17.1/moh"},
      {SetVariableRequest("17.1", "BENARI_BOT_RESULT", "a b"), "SetVariable", "POST /channels/17.1/variable",
       "/channels/17.1/variable?variable=BENARI_BOT_RESULT&value=a%20b"},
      {ListModulesRequest(), "ListModules", "GET /asterisk/modules", "/asterisk/modules"},
      {StartSilenceRequest("17.1"), "StartSilence", "POST /channels/17.1/silence", "/channels/17.1/silence"},
      {GetVersionRequest(), "GetVersion", "GET /asterisk/info", "/asterisk/info?only=system"},
      {GetChannelRequest("x;2"), "GetChannel", "GET /channels/x%3B2", "/channels/x%3B2"},
      {ListChannelsRequest(), "ListChannels", "GET /channels", "/channels"},
      {CreateBridgeRequest("b/1", ""), "CreateBridge", "POST /bridges/b%2F1", "/bridges/b%2F1?type=mixing"},
      {CreateBridgeRequest("b", "1,2,a=ü"), "CreateBridge", "POST /bridges/b",
       "/bridges/b?type=mixing&name=1%2C2%2Ca%3D%C3%BC"},
      {DestroyBridgeRequest("b"), "DestroyBridge", "DELETE /bridges/b", "/bridges/b"},
      {AddToBridgeRequest("b", {"x", "y;1"}), "AddToBridge", "POST /bridges/b/addChannel",
       "/bridges/b/addChannel?channel=x,y%3B1"},
      {AddToBridgeRequest("b", {"a,b\\(c\"[", "\xC3\xBC /"}), "AddToBridge", "POST /bridges/b/addChannel",
       "/bridges/b/addChannel?channel=a%5C%2Cb%5C%5C%5C%28c%5C%22%5C%5B,%C3%BC%20%2F"},
      {GetBridgeRequest("b"), "GetBridge", "GET /bridges/b", "/bridges/b"},
      {ListBridgesRequest(), "ListBridges", "GET /bridges", "/bridges"},
      {GetApplicationRequest("voice bot"), "GetApplication", "GET /applications/voice%20bot",
       "/applications/voice%20bot"},
  };
  for (const auto& row : kTable) {
    EXPECT_EQ(row.request.target, row.target);
    EXPECT_EQ(row.request.Name(), row.name);
    EXPECT_STREQ(row.request.operation, row.operation);
  }
}

TEST(Request, EventsOfTheApplicationOnly) {
  EXPECT_EQ(EventsTarget("voice&bot"), "/events?app=voice%26bot&subscribeAll=false");
}

}  // namespace
}  // namespace benari::control::ari
