#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "control/call/call.h"
#include "tests/fakes/asterisk_model.h"
#include "tests/fakes/fake_media.h"
#include "tests/sim/scenario.h"

namespace benari::sim {

// Who hears something, and who puts an end to it. A caller whose audio flows is never hung up by benari: not
// by a request that hangs it up, and not by one that takes its echo or its destination away and lets it go
// next. Confined to the simulation's thread.
class Audio {
 public:
  // `silent`: nothing passes between Asterisk and that node.
  Audio(const Scenario& scenario, Clock::Time start, const fakes::AsteriskModel& asterisk,
        fakes::FakeMedia& media, std::function<bool(const std::string& node)> silent)
      : scenario_(scenario), start_(start), asterisk_(asterisk), media_(media), silent_(std::move(silent)) {}

  enum class Purpose {
    kByOrder,  // the control was told to end all calls
    kGoesOn,   // of a call that goes on: its echo is over, or its media is replaced
    kEnds,     // of a call that ends, or of none
  };

  // A control's request is about to take its effect in Asterisk, for `call`, null: for none of that
  // control's. Returns "" or what is wrong.
  std::string OnRequest(const std::string& operation, const std::string& id, Purpose purpose,
                        const control::Call* call, Clock::Time now);
  // The caller leaves the app, and may come back: another call.
  void OnLeft(const std::string& caller) {
    cut_short_.erase(caller), dialled_.erase(caller), talked_.erase(caller);
  }
  // Now and then: whose audio flows again is not cut short any more.
  void Look();

 private:
  enum class Sound { kNothing, kEcho, kDestination };

  // What the caller of that call hears, with the channel `without` taken away.
  Sound Hears(const std::string& call_id, const std::string& without) const;
  bool MustGoOn(const std::string& call_id) const;
  bool Echoes(const std::string& media_id) const;
  bool MayBeGivenUp(const std::string& bot_url) const;
  std::string OnDial(const std::string& call_id, Clock::Time now);
  std::string OnHangUpOfParty(const std::string& party, const std::string& call_id,
                              const control::Call* call);
  // The configuration, or the disaster, allows to hang up on somebody who hears something.
  bool MediaMaySeemLost() const;
  bool MayHangUp() const;

  const Scenario& scenario_;
  const Clock::Time start_;
  const fakes::AsteriskModel& asterisk_;
  fakes::FakeMedia& media_;
  const std::function<bool(const std::string&)> silent_;
  struct CutShort {
    std::string request;        // that ended the audio
    const control::Call* call;  // whose it was: never looked into
  };

  std::map<std::string, CutShort> cut_short_;  // by call id
  std::set<std::string> dialled_;              // call ids
  std::set<std::string> talked_;               // call ids
};

}  // namespace benari::sim
