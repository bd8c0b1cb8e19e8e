#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "control/app/call_table.h"
#include "control/ari/client.h"
#include "control/call/call_context.h"
#include "control/record/call_order.h"

namespace benari::control {

// Admits callers within the limits, and runs each call to its end. A caller who is back while its earlier
// call is being released gets a new call after that. Confined to the control loop.
class Admission {
 public:
  Admission(const CallContext& context, size_t max_calls, CallTable& table);

  // Called with each call that has ended.
  void set_on_ended(std::function<void(const Call&)> on_ended) { on_ended_ = std::move(on_ended); }

  void OnCallerEntered(const ari::Channel& caller);
  // The caller of a call that is being released is back.
  void OnCallerReturned(const ari::Channel& caller) { returned_[caller.id] = caller; }
  void OnCallerLeft(const std::string& id) { returned_.erase(id); }
  void ForgetReturned() { returned_.clear(); }

  // Begins a call for the API, and returns its id. INVALID_ARGUMENT says what is wrong with the number,
  // OUT_OF_RANGE with the URLs, FAILED_PRECONDITION that none is dialled, RESOURCE_EXHAUSTED what is full.
  absl::StatusOr<std::string> DialOut(CallOrder order);

  // Returns why a new caller would be refused; nullopt: it would be admitted.
  std::optional<Refusal> Admit() const;
  // The arguments of Stasis() win over the flags. The call is not in the table yet.
  std::shared_ptr<Call> MakeCall(const ari::Channel& caller, int destination_number = 1) const;
  // Runs a call of the table, or tells its caller that there is no room.
  void Run(std::shared_ptr<Call> call, std::optional<Refusal> refusal);

  // Admits no more callers; calls `on_idle` once when no call is left.
  void Drain(std::function<void()> on_idle);

 private:
  boost::asio::awaitable<void> RunToItsEnd(std::shared_ptr<Call> call, std::optional<Refusal> refusal);
  std::shared_ptr<Call> NewCall(const ari::Channel& caller) const;
  void BeginCall(const ari::Channel& caller);
  void BeginCallOfReturned(const std::string& id);
  void OnEnded(const Call& call);

  const CallContext& context_;
  const size_t max_calls_;
  CallTable& table_;
  bool draining_ = false;
  int dialled_out_ = 0;                           // calls
  std::map<std::string, ari::Channel> returned_;  // callers who are back while their call is being released
  std::function<void(const Call&)> on_ended_;
  std::function<void()> on_idle_;
};

}  // namespace benari::control
