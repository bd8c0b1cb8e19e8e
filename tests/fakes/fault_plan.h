#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace benari::fakes {

enum class FaultKind {
  kNone,
  kErrorBefore,        // an error response without an effect
  kErrorAfter,         // an error response although it took effect
  kTimeoutBefore,      // no response, no effect
  kTimeoutAfter,       // no response although it took effect
  kUnreachableBefore,  // the connection fails before the effect
  kUnreachableAfter,   // the connection breaks after the effect
  kDelayed,            // correct, but `delay` later
};

// All kinds but kNone, for a test that tries each.
const std::vector<FaultKind>& AllFaultKinds();
std::string ToString(FaultKind kind);
bool TakesEffect(FaultKind kind);
bool IsNeverAnswered(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::kNone;
  int status = 500;  // of kError… over HTTP
  std::chrono::milliseconds delay{0};
  // On the way there, whatever the kind. After the deadline of the request it has its effect all the same.
  std::chrono::milliseconds late{0};
};

// One request of a fake client: "ari.CreateBridge", "media.LeasePort"; the nth of its operation, from 1.
struct Step {
  std::string operation;
  int nth = 1;
  std::string to = "";  // address of the media node; empty: Asterisk
  std::string ToString() const { return operation + "#" + std::to_string(nth); }
};

// The faults of requests, and the list of requests so far. Several clients may share a plan, so that their
// requests are one list. Confined to the control loop.
class FaultPlan {
 public:
  using Hook = std::function<void(const Step&)>;

  void Add(const std::string& operation, int nth, Fault fault);
  // Called for every request without an entry, so that a simulation can draw faults.
  void ChooseWith(std::function<Fault(const Step&)> choose) { choose_ = std::move(choose); }
  // Called as the request sets out, and as its answer is about to be given.
  void Before(Hook hook) { before_ = std::move(hook); }
  void After(Hook hook) { after_ = std::move(hook); }

  // Returns every request so far, in order, for a fault matrix to enumerate.
  const std::vector<Step>& steps() const { return steps_; }
  // Returns the number of requests without a response yet.
  int outstanding() const { return outstanding_; }

  // For the fake clients: Begin counts the step and calls the hook, Choose returns the fault, End calls the
  // hook.
  Step Begin(const std::string& operation, const std::string& to = "");
  Fault Choose(const Step& step) const;
  void End(const Step& step);

 private:
  std::map<std::string, Fault> faults_;  // by Step::ToString
  std::map<std::string, int> counts_;    // by operation
  std::vector<Step> steps_;
  std::function<Fault(const Step&)> choose_;
  Hook before_;
  Hook after_;
  int outstanding_ = 0;
};

}  // namespace benari::fakes
