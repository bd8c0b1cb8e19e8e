#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/control/control_world.h"

namespace benari::control {

using fakes::BotScript;
using fakes::Destination;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr const char* kUrl = "ws://bots:8765/first";
inline constexpr const char* kFallback = "ws://bots:8765/second";

inline CallConfig BotCall() {
  CallConfig config;
  config.flow = FlowKind::kBot;
  config.bot.url = kUrl;
  config.destination = "Local/42@default/n";
  return config;
}

// One caller of the bot flow, and what becomes of it, over a modelled Asterisk, media and bots.
class BotTest : public ::testing::Test {
 protected:
  // Starts control, and lets a caller in.
  void Begin(const CallConfig& config, bool answered = true) {
    world_ = std::make_unique<ControlWorld>(config, asterisk_options_);
    world_->asterisk.SetDestination("42", Destination::Answers(seconds(3)));
    for (const auto& [url, script] : scripts_) world_->media.SetBot(url, script);
    Prepare();
    world_->Start();
    fakes::CallerArgs args;
    args.answered = answered;
    caller_ = world_->asterisk.CallerArrives(args);
    ASSERT_TRUE(world_->Until([this] { return world_->control->app().table().Contains(caller_); }));
  }
  // What else has to be there before control starts.
  virtual void Prepare() {}
  bool UntilPhase(CallPhase phase) { return world_->UntilPhase(caller_, phase); }
  fakes::ModelBot* BotOf(int media) { return world_->media.BotOf(MediaId(media)); }
  std::string MediaId(int media) const { return "benari." + caller_ + ".media" + std::to_string(media); }
  const fakes::ChannelRecord& Caller() const { return world_->asterisk.channels().at(caller_); }
  const std::vector<Bot>& Dialled() const { return world_->media.bots_dialled(); }
  double Result(BotResult result) const {
    return world_->control->Metric("benari_control_bot_calls_ended_total", ToString(result));
  }
  bool Warned(const std::string& start) const {
    const auto& steps = world_->control->history().Find(caller_)->steps;
    return std::any_of(steps.begin(), steps.end(), [&start](const CallStep& step) {
      return step.level == log::Level::kWarning && absl::StartsWith(step.what, start);
    });
  }
  void ExpectClean() {
    EXPECT_TRUE(world_->UntilNoCalls());
    world_->RunFor(seconds(15));
    EXPECT_EQ(world_->Leftovers(), "");
    EXPECT_EQ(world_->control->Metric("benari_control_swept_total"), 0);
  }
  void HangUpAndExpectClean() {
    world_->asterisk.CallerHangsUp(caller_);
    ExpectClean();
  }

  std::map<std::string, BotScript> scripts_;
  fakes::AsteriskOptions asterisk_options_;
  std::unique_ptr<ControlWorld> world_;
  std::string caller_;
};

}  // namespace benari::control
