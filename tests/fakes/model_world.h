#pragma once

#include <string>
#include <variant>
#include <vector>

#include "tests/fakes/asterisk_model.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::fakes {

// To 127.0.0.1:26500, in alaw.
control::ari::ExternalMediaRequest External(const std::string& id);
// Ten seconds of ringing, appArgs "dialed".
control::ari::OriginateRequest Dial(const std::string& id,
                                    const std::string& endpoint = "Local/4438007@default/n");

// A model with one subscriber that records events as "StasisStart caller", "ChannelDestroyed d 17". For the
// fakes' own tests. Confined to the control loop.
class ModelWorld {
 public:
  explicit ModelWorld(AsteriskOptions options = {}) : model(timers, std::move(options)) {}

  SubscriberId Subscribe(std::vector<std::string>* lines) {
    return model.feed().Subscribe(
        "voicebot1", [lines](const Notice& notice) { lines->push_back(Describe(notice)); },
        [lines] { lines->push_back("closed"); });
  }
  void Run() {
    while (timers.RunNext()) {
    }
  }
  void RunFor(Clock::Duration duration) {
    const Clock::Time end = timers.Now() + duration;
    while (timers.Next() && *timers.Next() <= end) timers.RunNext();
    timers.AdvanceTo(end);
  }
  // A caller that has entered the app.
  std::string Caller() {
    const std::string id = model.CallerArrives({});
    RunFor(std::chrono::milliseconds(20));
    return id;
  }
  // Returns the recorded events of one channel or bridge, in order.
  std::vector<std::string> Of(const std::string& id) const;

  static std::string Describe(const Notice& notice);

  VirtualTimers timers;
  AsteriskModel model;
  std::vector<std::string> heard;
};

}  // namespace benari::fakes
