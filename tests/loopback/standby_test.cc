// Two control processes of one owner, as a rolling update has them for a while.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/loopback/loopback_world.h"

namespace benari::loopback {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};
#ifdef __SANITIZE_THREAD__  // renews its leases more seldom: loopback_world.cc
constexpr const char* kStandby = "--standby_seconds=8";
#else
constexpr const char* kStandby = "--standby_seconds=2";
#endif

class StandbyTest : public LoopbackTest {
 protected:
  // Each takes over from the one before, which is kept.
  void StartAnother() {
    if (control_ != nullptr) before_.push_back(std::move(control_));
    StartControl({"--echo_seconds=inf", "--when_replaced=stand_by", kStandby});
  }
  // True once it has logged these, in this order.
  static bool Says(e2e::ControlProcess& control, std::vector<std::string> messages) {
    size_t said = 0;
    const auto fits = [&](const std::string& line) {
      if (e2e::LogLine{line}.message() == messages[said]) ++said;
      return said == messages.size();
    };
    return control.process().WaitForLine(fits, kPatience).has_value();
  }
  static int Healthcheck(const e2e::ControlProcess& control) {
    e2e::ChildProcess probe(
        {"healthcheck",
         {BENARI_CONTROL_BINARY, "--healthcheck", "--metrics_listen=" + control.metrics().ToString()},
         {},
         "",
         ""});
    return probe.WaitForExit(kPatience).value_or(-1);
  }
  // A call in echo, held by the first instance.
  std::string StartWithACall() {
    StartAsterisk();
    StartMedia();
    StartAnother();
    EXPECT_TRUE(Eventually([this] { return asterisk().Serves("voicebot1"); }));
    const std::string caller = asterisk().PlaceCall();
    Logged("echo heard");
    return caller;
  }
  void TheCallGoesOn(const std::string& caller) {
    const uint64_t heard = asterisk().CallerHeard(caller).received_packets;
    EXPECT_TRUE(Eventually([&] { return asterisk().CallerHeard(caller).received_packets > heard + 50; }));
    EXPECT_LT(asterisk().CallerHeard(caller).longest_gap, milliseconds(2000));
  }

  std::vector<std::unique_ptr<e2e::ControlProcess>> before_;
};

TEST_F(StandbyTest, TheOneThatWasReplacedStandsByAndEndsAtItsSigterm) {
  const std::string caller = StartWithACall();
  StartAnother();
  e2e::ControlProcess& old = *before_.front();
  EXPECT_TRUE(Says(old, {"standing by"}));
  EXPECT_EQ(Logged("call adopted").Field("call"), caller);
  EXPECT_EQ(Healthcheck(old), 0);
  EXPECT_EQ(Healthcheck(control()), 0);
  old.process().Signal(SIGTERM);
  EXPECT_EQ(old.process().WaitForExit(kPatience), 0);
  TheCallGoesOn(caller);
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "caller_hung_up");
}

// A roll-back: the new one is told to end, or dies, while the old one is still there.
TEST_F(StandbyTest, ItTakesOverAgainWhenTheOtherIsGone) {
  const std::string caller = StartWithACall();
  StartAnother();
  EXPECT_TRUE(Says(*before_.front(), {"standing by"}));
  EXPECT_EQ(Logged("call adopted").Field("call"), caller);
  control().process().Signal(SIGKILL);
  control().process().WaitForExit(kPatience);
  control_ = std::move(before_.front());
  before_.clear();
  EXPECT_TRUE(Says(control(), {"the other instance is gone, taking over", "call adopted"}));
  TheCallGoesOn(caller);
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "caller_hung_up");
}

// What a Deployment does to a container that ends, and then to the pod: three starts, one that serves.
TEST_F(StandbyTest, ManyInstancesDoNotFight) {
  const std::string caller = StartWithACall();
  StartAnother();
  EXPECT_TRUE(Says(*before_[0], {"standing by"}));
  StartAnother();
  EXPECT_TRUE(Says(*before_[1], {"standing by"}));
  EXPECT_EQ(Logged("call adopted").Field("call"), caller);
  // Five times the patience, in echo: whoever fought would have taken the application back.
  const uint64_t heard = asterisk().CallerHeard(caller).received_packets;
  ASSERT_TRUE(Eventually([&] { return asterisk().CallerHeard(caller).received_packets > heard + 500; }));
  for (const auto& old : before_) {
    EXPECT_EQ(old->process().LastLines(1000).find("taking over"), std::string::npos);
  }
  EXPECT_TRUE(control().process().Running());
  EXPECT_EQ(control().process().LastLines(1000).find("stepping aside"), std::string::npos);
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "caller_hung_up");
}

}  // namespace
}  // namespace benari::loopback
