#include "tests/fakes/fault_plan.h"

namespace benari::fakes {

const std::vector<FaultKind>& AllFaultKinds() {
  static const auto& kinds = *new std::vector<FaultKind>{
      FaultKind::kErrorBefore,  FaultKind::kErrorAfter,        FaultKind::kTimeoutBefore,
      FaultKind::kTimeoutAfter, FaultKind::kUnreachableBefore, FaultKind::kUnreachableAfter,
      FaultKind::kDelayed};
  return kinds;
}

std::string ToString(FaultKind kind) {
  switch (kind) {
    case FaultKind::kNone:
      return "none";
    case FaultKind::kErrorBefore:
      return "error before effect";
    case FaultKind::kErrorAfter:
      return "error after effect";
    case FaultKind::kTimeoutBefore:
      return "timeout before effect";
    case FaultKind::kTimeoutAfter:
      return "timeout after effect";
    case FaultKind::kUnreachableBefore:
      return "unreachable before effect";
    case FaultKind::kUnreachableAfter:
      return "unreachable after effect";
    case FaultKind::kDelayed:
      return "delayed";
  }
  return "?";
}

bool TakesEffect(FaultKind kind) {
  return kind != FaultKind::kErrorBefore && kind != FaultKind::kTimeoutBefore &&
         kind != FaultKind::kUnreachableBefore;
}

bool IsNeverAnswered(FaultKind kind) {
  return kind == FaultKind::kTimeoutBefore || kind == FaultKind::kTimeoutAfter;
}

void FaultPlan::Add(const std::string& operation, int nth, Fault fault) {
  faults_[Step{operation, nth}.ToString()] = fault;
}

Step FaultPlan::Begin(const std::string& operation, const std::string& to) {
  const Step step{operation, ++counts_[operation], to};
  steps_.push_back(step);
  ++outstanding_;
  if (before_) before_(step);
  return step;
}

Fault FaultPlan::Choose(const Step& step) const {
  const auto found = faults_.empty() ? faults_.end() : faults_.find(step.ToString());
  if (found != faults_.end()) return found->second;
  return choose_ ? choose_(step) : Fault{};
}

void FaultPlan::End(const Step& step) {
  --outstanding_;
  if (after_) after_(step);
}

}  // namespace benari::fakes
