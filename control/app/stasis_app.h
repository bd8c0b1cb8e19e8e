#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/app/admission.h"
#include "control/app/adoption.h"
#include "control/app/call_table.h"
#include "control/app/epoch.h"
#include "control/app/lister.h"
#include "control/app/snapshot.h"
#include "control/app/sweep.h"
#include "control/app/sweep_schedule.h"
#include "control/ari/events.h"
#include "control/call/call_context.h"
#include "control/loop/wake_up.h"

namespace benari::control {

// The Stasis application: dispatches events to calls, starts calls, and compares the state of Asterisk and
// media with that of the calls, which adopts the calls of an earlier process and removes orphaned resources.
//
//   disconnected --OnConnected--> first list (events wait) --> serving (events go to calls)
//   --OnDisconnected-->
//
// While it serves, lists are taken periodically; events are processed meanwhile and take precedence over
// them. Confined to the control loop.
class StasisApp {
 public:
  struct Options {
    std::string app = "voicebot1";
    size_t max_calls = 200;
    size_t max_waiting_events = 20000;  // during the first list; beyond them it is listed anew
    std::chrono::milliseconds sweep_interval{30000};
    std::chrono::milliseconds list_retry{500};   // after a list that failed, or left something unsettled
    std::chrono::milliseconds nodes_wait{1500};  // for the first answers of the media nodes
  };

  StasisApp(const CallContext& context, Options options);
  ~StasisApp();
  StasisApp(const StasisApp&) = delete;

  void OnConnected();
  void OnDisconnected();
  void OnEvent(const ari::Event& event);
  // To be called when the addresses in MediaNodes have changed.
  void OnNodesListed();
  // To be called when Asterisk has ended, and with it all channels.
  void OnAsteriskDead();

  // `on_replaced` is called once when a later instance has taken over: the process should end, without undo.
  void set_on_replaced(std::function<void(const std::string& why)> on_replaced) {
    on_replaced_ = std::move(on_replaced);
  }
  // Admits no more callers; calls `on_idle` once when no call is left.
  void Drain(std::function<void()> on_idle) { admission_.Drain(std::move(on_idle)); }
  // Ends every call.
  void EndCalls();
  // Ends one, as asked over the API. False: there is none with this id.
  bool HangUp(const std::string& call_id);
  // One is connected with a number, a name or a SIP URI, as the settings of its call allow. INVALID_ARGUMENT
  // says what is wrong with the address, FAILED_PRECONDITION that none of its kind may be dialled, NOT_FOUND
  // that the call is over.
  absl::Status Transfer(const std::string& call_id, const std::string& address);
  // Sends keys (0-9 * # A-D) to the caller's end. False: the call is over, or there is none.
  bool SendDigits(const std::string& call_id, const std::string& digits);
  // One leaves what it does and runs a document, as asked over the API. False: it is over, or there is none.
  bool Redirect(const std::string& call_id, twiml::Source source);

  // Makes a call, as asked over the API; its id. Errors as of Admission::DialOut; UNAVAILABLE: Asterisk is
  // not there.
  absl::StatusOr<std::string> DialOut(CallOrder order);

  Epoch& epoch() { return epoch_; }
  const CallTable& table() const { return table_; }
  bool serving() const { return serving_; }
  // Its events come, though the first list may not be there yet: whoever subscribed before has been replaced.
  bool subscribed() const { return subscribed_; }
  // Every call that an earlier process left is in the table, or was found to be over.
  bool knows_calls() const { return nodes_met_; }

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<void> Resync(uint64_t connection);
  Awaitable<bool> ResyncOnce();
  void Serve();
  Awaitable<void> WaitForNextList(uint64_t connection);
  void OnUnsettled(const std::string& id);
  bool IsInUse(const std::string& id) const;
  Awaitable<void> WatchNodes();

  void Wait(const ari::Event& event);
  void Handle(const ari::Event& event);
  bool HasLeftAgain(std::vector<ari::Event>::const_iterator event,
                    std::vector<ari::Event>::const_iterator end) const;
  void OnStasisStart(const ari::StasisStart& start);
  void OnTransfer(const ari::StasisStart& start);
  void OnGone(const std::string& channel_id, int cause);
  void RemoveStray(const std::string& channel_id);

  const CallContext& context_;
  const Options options_;
  CallTable table_;
  Admission admission_;
  Sweep sweep_;
  Adoption adoption_;
  Lister lister_;
  SweepSchedule schedule_;
  Epoch epoch_;
  WakeUp pause_;             // of Resync
  uint64_t connection_ = 0;  // counts OnConnected and OnDisconnected: work begun under an older one stops
  bool subscribed_ = false;
  bool serving_ = false;
  bool nodes_met_ = false;
  std::vector<ari::Event> waiting_;  // events that came before the first list was there
  std::set<std::string> ignored_args_;
  std::function<void(const std::string&)> on_replaced_;
};

}  // namespace benari::control
