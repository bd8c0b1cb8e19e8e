#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/checks.h"
#include "tests/sim/scenario.h"

namespace benari::sim {

// What the API has been promised, and whether it is done. An order is lost with the control that has accepted
// it: it was in its memory. Confined to the simulation's thread.
class OrderBook {
 public:
  OrderBook(const Scenario& scenario, Clock::Time start, const fakes::AsteriskModel& asterisk,
            fakes::FakeMedia& media)
      : scenario_(scenario), start_(start), asterisk_(asterisk), media_(media) {}

  // `by` has accepted an order for a call of its own.
  void OnAccepted(const std::string& call_id, const Order& order, const Watched& by, Clock::Time now);
  void OnDialOut(const std::string& call_id, const DialOut& dial_out) {
    placed_[call_id].dial_out = &dial_out;
  }
  // The caller leaves the app, and may come back: another call.
  void OnLeft(const std::string& call_id, Clock::Time now);

  // Every kLookInterval. `living`: the control that should serve; null: none runs. `patience`: how long a
  // call may take to do something. Returns "" or what is wrong.
  std::string Look(Clock::Time now, const Watched* living, Clock::Duration patience);
  // When every call is over. `living` is the only control that runs.
  std::string Ends(const Watched& living) const;

  // The API has had something to say about how that call ends.
  bool HasSteered(const std::string& call_id) const {
    return redirects_.contains(call_id) || hung_up_.contains(call_id);
  }
  // "" or why a caller may not be told this cause (Q.850), in a run where nothing goes wrong. `met`: the
  // destinations that were dialled for it, in order.
  std::string CauseOfSteered(const std::string& call_id, int told,
                             const std::vector<fakes::Destination>& met) const;

 private:
  struct Accepted {
    const Watched* by = nullptr;
    size_t dialled = 0;               // for this call, before
    std::optional<Clock::Time> open;  // since when it could have been done; nullopt: it could not yet
  };
  struct Redirect {
    Order order;
    size_t dialled = 0;
  };
  struct Talk {
    const Watched* by = nullptr;
    std::string lease;   // of the bot that has to stay
    size_t dialled = 0;  // before the transfer
  };
  struct Placed {
    const DialOut* dial_out = nullptr;
    std::optional<Clock::Time> answered;
    bool steered = false;               // hung up, or redirected
    bool canceled = false;              // hung up before it was answered
    std::optional<Clock::Time> untrue;  // since when the API says something else than what is
  };

  size_t Dialled(const std::string& call_id) const;
  // The channel in its caller's place, unless it is about to go; null: there is none.
  const fakes::ChannelRecord* CallerOf(const std::string& call_id) const;
  void WatchBot(const std::string& call_id, const Watched& by);
  // Of what was promised: `done` since then, or still to be done.
  template <typename Done>
  std::string Overdue(std::map<std::string, Accepted>& accepted, const char* what, Clock::Time now,
                      std::optional<Clock::Duration> patience, Done done);
  std::string Digits(Clock::Time now, std::optional<Clock::Duration> patience);
  std::string BotsThatStay(bool undisturbed);
  std::string DialOuts(Clock::Time now, const Watched* living, std::optional<Clock::Duration> patience);
  std::string WhatTheApiSays(const std::string& call_id, const fakes::ChannelRecord& callee,
                             const Watched& living) const;
  std::string EndOf(const std::string& call_id, const Placed& placed, const Watched& living) const;
  std::string WrongCause(const std::string& call_id, const Order& source, int told) const;
  bool DocumentWasLost(const std::string& call_id, const Placed& placed) const;

  const Scenario& scenario_;
  const Clock::Time start_;
  const fakes::AsteriskModel& asterisk_;
  fakes::FakeMedia& media_;
  std::map<std::string, Redirect> redirects_;  // the last one, by call id, as the others
  std::map<std::string, Accepted> hung_up_;    // all of them
  std::map<std::string, Accepted> hang_ups_;   // that are not done yet, as the next two
  std::map<std::string, Accepted> dialling_;
  std::map<std::string, Accepted> digits_;
  std::map<std::string, Talk> talks_;  // attended transfers that nobody has answered yet
  std::map<std::string, Placed> placed_;
  std::map<std::string, Clock::Time> left_;  // when they did
};

}  // namespace benari::sim
