#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "control/loop/timers.h"
#include "control/nodes/media_client.h"

namespace benari::fakes {

// The behaviour of a bot that is dialled with some URL.
struct BotScript {
  using Duration = Clock::Duration;

  static BotScript Answers() { return {}; }
  static BotScript AnswersAfter(Duration after) { return {.ready_after = after}; }
  static BotScript Never() { return {.ready_after = std::nullopt}; }
  static BotScript ClosesAfter(Duration after) { return {.closes_after = after}; }
  // `back_after` nullopt: for good.
  static BotScript DiesAfter(Duration after, std::optional<Duration> back_after = std::nullopt) {
    return {.dies_after = after, .back_after = back_after};
  }
  static BotScript Refused() { return {.refused = true}; }
  static BotScript Silent() { return {.silent = true}; }
  static BotScript Speaks(Duration queued) { return {.queued = queued}; }

  std::optional<Duration> ready_after = std::chrono::milliseconds(50);  // since the session began
  std::optional<Duration> closes_after;                                 // since it was ready
  std::optional<Duration> dies_after;                                   // since it was ready
  std::optional<Duration> back_after;                                   // since it died
  bool refused = false;                                                 // the node may not dial it
  bool silent = false;  // it says nothing, and nor does the caller
  Duration queued{0};   // of its audio, whenever somebody looks
};

// One bot of a media node: dialled, ready, lost, finished, according to its script. Confined to the control
// loop.
class ModelBot {
 public:
  using OnEvent = std::function<void(control::SessionEventKind)>;

  ModelBot(control::Timers& timers, control::Bot request, BotScript script, OnEvent on_event);

  const control::Bot& request() const { return request_; }
  const control::BotInfo& info() const { return info_; }
  const std::string& digits() const { return digits_; }
  void AddDigits(const std::string& digits) { digits_ += digits; }

  // Now.
  void Close() { Finish(control::BotEnd::kClosed, ""); }
  // As media's CloseBot, or by itself: it ends once what it has queued was played. False: it has ended.
  bool TakeLeave();
  void Die(std::optional<Clock::Duration> back_after);
  void Stop();

 private:
  void After(Clock::Duration length, std::function<void()> what);
  void BecomeReady();
  void Finish(control::BotEnd end, const std::string& why);

  control::Timers& timers_;
  const control::Bot request_;
  const BotScript script_;
  const OnEvent on_event_;
  control::BotInfo info_;
  std::string digits_;
  std::map<int, std::unique_ptr<control::Timer>> plans_;
  int last_plan_ = 0;
};

}  // namespace benari::fakes
